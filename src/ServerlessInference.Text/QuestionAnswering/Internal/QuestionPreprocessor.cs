using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>Splits questions and contexts into windows, one row per window, padded to the longest.</summary>
/// <remarks>All windows of a batch run together. Thread-safe.</remarks>
internal sealed class QuestionPreprocessor(TextModelReader reader, QuestionAnsweringOptions options) : IPreprocessor<Question>
{
    private const int DefaultStride = 128;
    private const int StackLimit = 1024;

    public void PrepareFiles(ModelArtifact artifact) => reader.ReadTokenizer(artifact);

    public void Prepare(LoadedModel model) => reader.Read(model);

    public bool TryCreateWarmupInput(LoadedModel model, out Question input)
    {
        input = new Question("What is it?", "It is a warm-up.");
        return true;
    }

    public long GetSize(Question input) => input?.Context?.Length ?? 0;

    public int GetMaxBatchSize(LoadedModel model) =>
        model.Description.Inputs[0].HasDynamicBatch && reader.Read(model).CanPad ? int.MaxValue : 1;

    public ValueTask PreprocessAsync(ReadOnlyMemory<Question> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        TextModel model = reader.Read(batch.Model);
        int maxLength = Math.Min(options.MaxLength, model.MaxLength);
        EncodeOptions encode = CreateWindowOptions(model, maxLength, options.Stride ?? Math.Min(maxLength / 2, DefaultStride));
        QuestionBatch state = batch.State(static () => new QuestionBatch());
        state.Clear();
        state.Padding = model.Padding;

        // A fixed batch axis dictates the number of rows; a dynamic one takes one row per window.
        int? rows = batch.Model.Description.Inputs[0].HasDynamicBatch ? null : batch.Rows;
        for (int i = 0; i < inputs.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            state.Starts.Add(state.Windows.Count);
            Question question = inputs.Span[i];
            state.Contexts.Add(question?.Context ?? string.Empty);
            try
            {
                AddWindows(question, model, encode, state, rows);
            }
            catch (InvalidInputException exception)
            {
                batch.Fail(i, exception);
            }
            catch (TextTooLongException exception)
            {
                InvalidInputKind kind = exception.Limit == TextLimit.MaxWindows
                    ? InvalidInputKind.TooLarge
                    : InvalidInputKind.Unprocessable;
                batch.Fail(i, new InvalidInputException(kind, exception.Message, exception));
            }
        }

        if (inputs.Length > 1 && state.Windows.Count > options.MaxWindows)
        {
            // The pipeline catches this and runs the questions one by one.
            throw new InferenceException(
                $"The contexts of the batch need {state.Windows.Count} windows; at most {options.MaxWindows} run together. " +
                "Lower MaxBatchSize or raise MaxWindows.");
        }

        state.Starts.Add(state.Windows.Count);
        int length = model.Inputs.FixedLength ?? Math.Max(1, state.Windows.MaxLength);
        model.Inputs.Fill(batch, state.Windows, rows ?? Math.Max(1, state.Windows.Count), length, model.Padding);
        return ValueTask.CompletedTask;
    }

    private void AddWindows(Question? question, TextModel model, EncodeOptions encode, QuestionBatch state, int? rows)
    {
        if (string.IsNullOrWhiteSpace(question?.Text) || string.IsNullOrWhiteSpace(question.Context))
        {
            throw new InvalidInputException(InvalidInputKind.Unprocessable, "The question or its context is empty; both need text.");
        }

        if (options.Stride is null)
        {
            encode = MakeRoom(question.Text, model, encode);
        }

        if (QuestionBatch.IsContextFirst(model.Padding))
        {
            model.Tokenizer.EncodeWindows(question.Context, question.Text, state.Current, encode);
        }
        else
        {
            model.Tokenizer.EncodeWindows(question.Text, question.Context, state.Current, encode);
        }

        if (rows is not null && state.Windows.Count + state.Current.Count > rows)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge,
                $"The context needs {state.Current.Count} windows, and the model's batch axis is fixed at {rows}. " +
                "Shorten the context, or export the model with a dynamic batch axis.");
        }

        for (int i = 0; i < state.Current.Count; i++)
        {
            state.Windows.Add().CopyFrom(state.Current[i]);
        }
    }

    /// <summary>Reduces the overlap if a long question leaves the windows little room.</summary>
    private EncodeOptions MakeRoom(string question, TextModel model, EncodeOptions encode)
    {
        int maxLength = encode.MaxLength!.Value;
        Span<int> ids = maxLength <= StackLimit ? stackalloc int[maxLength] : new int[maxLength];
        int room = maxLength - model.Tokenizer.EncodeIds(question, ids) - model.Tokenizer.CountSpecialTokens(isPair: true);
        return room > encode.Stride || room <= 0 ? encode : CreateWindowOptions(model, maxLength, room / 2);
    }

    private EncodeOptions CreateWindowOptions(TextModel model, int maxLength, int stride) => new()
    {
        MaxWindows = options.MaxWindows,
        MaxLength = maxLength,
        Stride = stride,
        Truncation = QuestionBatch.IsContextFirst(model.Padding) ? TruncationStrategy.OnlyFirst : TruncationStrategy.OnlySecond,
        TruncationSide = model.Tokenizer.TruncationSide,
    };
}

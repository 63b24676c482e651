using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text;

/// <summary>Turns texts or pairs of texts into a model's input tensors, one row each, padded to the longest. Thread-safe.</summary>
/// <param name="reader">Reads the tokenizer and the inputs of a model.</param>
/// <param name="read">Gets the texts of an input.</param>
/// <param name="create">Creates an input of texts, to warm up with.</param>
/// <param name="readSettings">Reads what the options and the files next to a model say about its texts, once per loaded model.</param>
/// <param name="truncate">Whether a longer text is truncated; otherwise it is rejected.</param>
internal sealed class TextPreprocessor<TInput>(
    TextModelReader reader,
    Func<TInput, TextPair> read,
    Func<TextPair, TInput> create,
    Func<LoadedModel, TextSettings> readSettings,
    bool truncate)
    : IPreprocessor<TInput>
{
    public void PrepareFiles(ModelArtifact artifact) => reader.ReadTokenizer(artifact);

    public void Prepare(LoadedModel model)
    {
        reader.Read(model);
        _ = GetSettings(model);
    }

    public bool TryCreateWarmupInput(LoadedModel model, out TInput input)
    {
        input = create(new TextPair("Warm up."));
        return true;
    }

    public long GetSize(TInput input)
    {
        TextPair pair = read(input);
        return (pair.First?.Length ?? 0L) + (pair.Second?.Length ?? 0L);
    }

    public int GetMaxBatchSize(LoadedModel model) => reader.Read(model).CanPad ? int.MaxValue : 1;

    public ValueTask PreprocessAsync(ReadOnlyMemory<TInput> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        TextModel model = reader.Read(batch.Model);
        TextSettings settings = GetSettings(batch.Model);
        int maxLength = Math.Min(settings.MaxLength ?? model.MaxLength, model.MaxLength);
        var options = new EncodeOptions { MaxLength = truncate ? maxLength : null, TruncationSide = model.Tokenizer.TruncationSide };
        TextBatch state = batch.State(static () => new TextBatch());
        state.Padding = model.Padding;
        TokenBatch tokens = state.Tokens;
        tokens.Clear();
        for (int i = 0; i < inputs.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TokenEncoding encoding = tokens.Add();
            TextPair pair = read(inputs.Span[i]);
            if (pair.First is null)
            {
                batch.Fail(i, new InvalidInputException(InvalidInputKind.Unprocessable, "The text is missing (null)."));
                continue;
            }

            string first = settings.Prompt.Length > 0 ? settings.Prompt + pair.First : pair.First;
            if (pair.Second is null)
            {
                model.Tokenizer.Encode(first, encoding, options);
            }
            else
            {
                model.Tokenizer.EncodePair(first, pair.Second, encoding, options);
            }

            if (encoding.Count > maxLength)
            {
                batch.Fail(i, new InvalidInputException(
                    InvalidInputKind.Unprocessable,
                    $"The text has {encoding.Count} tokens; the model takes {maxLength}. Shorten it, or allow truncation (Truncate)."));
                encoding.Clear();
            }
        }

        int length = model.Inputs.FixedLength ?? Math.Max(1, tokens.MaxLength);
        model.Inputs.Fill(batch, tokens, batch.Rows, length, model.Padding);
        return ValueTask.CompletedTask;
    }

    private TextSettings GetSettings(LoadedModel model) => model.GetOrCreate(this, readSettings);
}

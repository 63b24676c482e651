using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>Reads start and end logits <c>[windows, length]</c> and cuts the answers out of the contexts. Thread-safe.</summary>
internal sealed class QuestionPostprocessor(TextModelReader reader, QuestionAnsweringOptions options) : IPostprocessor<QuestionAnswers>
{
    public void Prepare(LoadedModel model) => _ = FindOutputs(model);

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<QuestionAnswers> outputs, CancellationToken cancellationToken)
    {
        QuestionBatch state = batch.State(static () => new QuestionBatch());
        try
        {
            LogitOutputs indices = FindOutputs(batch.Model);
            int? classId = reader.Read(batch.Model).Tokenizer.ClassTokenId;
            TensorView<float> start = batch.GetFloatOutput(indices.Start);
            TensorView<float> end = batch.GetFloatOutput(indices.End);
            int length = GetLength(batch, indices.Start, start, state);
            if (length != GetLength(batch, indices.End, end, state))
            {
                throw new ModelContractException(
                    $"The start and end logits of model '{batch.Model.Identity.Name}' differ in shape. Export the model again.");
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (batch.GetFailure(i) is not null)
                {
                    continue;
                }

                state.Collector.Begin();
                for (int row = state.Starts[i]; row < state.Starts[i + 1]; row++)
                {
                    TokenEncoding window = state.Windows[row];
                    int first = (row * length) + state.Padding.GetStart(window.Count, length);
                    state.Collector.Add(
                        window, start.Elements.Slice(first, window.Count), end.Elements.Slice(first, window.Count),
                        state.Contexts[i], QuestionBatch.IsContextFirst(state.Padding) ? 0 : 1, classId, options);
                }

                outputs.Span[i] = new QuestionAnswers(state.Collector.Take(options));
            }
        }
        finally
        {
            state.Contexts.Clear();
        }

        return ValueTask.CompletedTask;
    }

    private static int GetLength(InferenceBatch batch, int index, TensorView<float> logits, QuestionBatch state)
    {
        ReadOnlySpan<long> shape = logits.Shape;
        bool fits = shape.Length == 2 || (shape.Length == 3 && shape[2] == 1);
        return fits && shape[0] >= state.Windows.Count && shape[1] >= state.Windows.MaxLength
            ? (int)shape[1]
            : throw new ModelContractException(
                $"Output '{batch.Model.Description.Outputs[index].Name}' of model '{batch.Model.Identity.Name}' is " +
                $"[{string.Join(", ", shape.ToArray())}]; [{state.Windows.Count}, {state.Windows.MaxLength}] was expected, " +
                "a logit for each token.");
    }

    private LogitOutputs FindOutputs(LoadedModel model) => model.GetOrCreate(this, LogitOutputs.Find);
}

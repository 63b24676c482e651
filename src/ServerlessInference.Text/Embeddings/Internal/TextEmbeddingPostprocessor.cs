using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Text.Embeddings;

/// <summary>Reads token vectors <c>[n, length, size]</c> and pools them, or reads pooled vectors <c>[n, size]</c>.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TextEmbeddingPostprocessor(TextEmbeddingOptions options) : IPostprocessor<TextEmbedding>
{
    public void Prepare(LoadedModel model) => _ = GetPlan(model);

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<TextEmbedding> outputs, CancellationToken cancellationToken)
    {
        EmbeddingPlan plan = GetPlan(batch.Model);
        TextBatch state = batch.State(static () => new TextBatch());
        TensorView<float> tensor = batch.GetFloatOutput(plan.Output);
        ReadOnlySpan<long> shape = tensor.Shape;
        if (shape.Length is not (2 or 3) || shape[0] < outputs.Length
            || (shape.Length == 3 && (shape[1] < state.Tokens.MaxLength || plan.Pooling.Length == 0)))
        {
            throw new ModelContractException(
                $"Output '{batch.Model.Description.Outputs[plan.Output].Name}' of model '{batch.Model.Identity.Name}' is " +
                $"[{string.Join(", ", shape.ToArray())}]; " +
                $"[{batch.Rows}, {state.Tokens.MaxLength}, size] or [{batch.Rows}, size] was expected.");
        }

        int size = checked((int)shape[^1]);
        int row = checked((int)(tensor.Elements.Length / shape[0]));
        for (int i = 0; i < outputs.Length; i++)
        {
            if (batch.GetFailure(i) is not null)
            {
                continue;
            }

            ReadOnlySpan<float> values = tensor.Elements.Slice(i * row, row);
            float[] vector = shape.Length == 2 ? values.ToArray() : Pool(values, (int)shape[1], size, state, i, plan.Pooling);
            if (plan.Normalize)
            {
                Pooling.Normalize(vector);
            }

            outputs.Span[i] = new TextEmbedding(vector);
        }

        return ValueTask.CompletedTask;
    }

    private static float[] Pool(ReadOnlySpan<float> values, int length, int size, TextBatch state, int index, TextPooling[] modes)
    {
        ReadOnlySpan<int> mask = state.Tokens[index].AttentionMask;
        int start = state.Padding.GetStart(mask.Length, length);
        float[] vector = new float[size * modes.Length];
        for (int i = 0; i < modes.Length; i++)
        {
            Pooling.Pool(values[(start * size)..], mask, modes[i], vector.AsSpan(i * size, size));
        }

        return vector;
    }

    private EmbeddingPlan GetPlan(LoadedModel model) => model.GetOrCreate(this, Read);

    private EmbeddingPlan Read(LoadedModel model) => EmbeddingPlan.Read(model, options);
}

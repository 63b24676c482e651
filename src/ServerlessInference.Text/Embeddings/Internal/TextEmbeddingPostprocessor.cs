using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Text.Embeddings;

/// <summary>Reads token vectors <c>[n, length, size]</c> and pools them, or reads pooled vectors <c>[n, size]</c>.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TextEmbeddingPostprocessor(TextEmbeddingOptions options) : IPostprocessor<TextEmbedding>
{
    private const string PoolingFile = "1_Pooling/config.json";

    public void Prepare(LoadedModel model) => _ = GetSettings(model);

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<TextEmbedding> outputs, CancellationToken cancellationToken)
    {
        Settings settings = GetSettings(batch.Model);
        TextBatch state = batch.State(static () => new TextBatch());
        TensorView<float> tensor = batch.GetFloatOutput(settings.Output);
        ReadOnlySpan<long> shape = tensor.Shape;
        if (shape.Length is not (2 or 3) || shape[0] < outputs.Length
            || (shape.Length == 3 && shape[1] < state.Tokens.MaxLength))
        {
            throw new ModelContractException(
                $"Output '{batch.Model.Description.Outputs[settings.Output].Name}' of model '{batch.Model.Identity.Name}' is " +
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

            float[] vector = new float[size];
            ReadOnlySpan<float> values = tensor.Elements.Slice(i * row, row);
            if (shape.Length == 2)
            {
                values.CopyTo(vector);
            }
            else
            {
                ReadOnlySpan<int> mask = state.Tokens[i].AttentionMask;
                int start = state.Padding.GetStart(mask.Length, checked((int)shape[1]));
                Pooling.Pool(values[(start * size)..], mask, settings.Pooling, vector);
            }

            if (settings.Normalize)
            {
                Pooling.Normalize(vector);
            }

            outputs.Span[i] = new TextEmbedding(vector);
        }

        return ValueTask.CompletedTask;
    }

    private Settings GetSettings(LoadedModel model) => model.GetOrCreate(this, Read);

    private Settings Read(LoadedModel model)
    {
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        int output = model.Description.IndexOfOutput(options.Output ?? "sentence_embedding");
        for (int i = 0; i < outputs.Count && output < 0 && options.Output is null; i++)
        {
            if (IsFloat(outputs[i]) && outputs[i].Shape.Length == 3)
            {
                output = i;
            }
        }

        if (output < 0 || !IsFloat(outputs[output]) || outputs[output].Shape.Length is not (2 or 3))
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", outputs)}; embeddings need " +
                $"{(options.Output is null ? "a float tensor" : $"'{options.Output}' as a float tensor")} " +
                "[n, length, size] or [n, size]. " +
                "Export the model for the task feature-extraction, or set the option Output.");
        }

        return new Settings(output, GetPooling(model), options.Normalize ?? ReadModulesNormalize(model));
    }

    private static bool IsFloat(ValueDescription output) => output is
        { Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double };

    private TextPooling GetPooling(LoadedModel model)
    {
        if (options.Pooling != TextPooling.Auto)
        {
            return options.Pooling;
        }

        bool IsSet(string name) => ModelSettings.Read(model, PoolingFile, name, static value => value.ValueKind == JsonValueKind.True);
        if (IsSet("pooling_mode_cls_token"))
        {
            return TextPooling.Class;
        }

        if (IsSet("pooling_mode_max_tokens") && !IsSet("pooling_mode_mean_tokens"))
        {
            return TextPooling.Max;
        }

        return TextPooling.Mean;
    }

    private static bool ReadModulesNormalize(LoadedModel model) => !model.Artifact.TryGetFile("modules.json", out _)
        || ModelSettings.Read(model, "modules.json", null, static root =>
        {
            foreach (JsonElement module in root.EnumerateArray())
            {
                if (module.TryGetProperty("type", out JsonElement type)
                    && type.GetString()?.EndsWith(".Normalize", StringComparison.Ordinal) == true)
                {
                    return true;
                }
            }

            return false;
        });

    private sealed record Settings(int Output, TextPooling Pooling, bool Normalize);
}

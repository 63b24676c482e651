using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Text.Classification;

/// <summary>Reads class logits <c>[n, classes]</c> of float16, float32 or float64. Thread-safe.</summary>
internal sealed class TextClassificationPostprocessor(TextClassificationOptions options) : IPostprocessor<TextClassification>
{
    public void Prepare(LoadedModel model) => _ = GetSettings(model);

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<TextClassification> outputs, CancellationToken cancellationToken)
    {
        Settings settings = GetSettings(batch.Model);
        TensorView<float> logits = batch.GetFloatOutput(settings.Output);
        ReadOnlySpan<long> shape = logits.Shape;
        if (shape.Length != 2 || shape[0] < outputs.Length || (settings.Labels.Count > 0 && shape[1] != settings.Labels.Count))
        {
            throw new ModelContractException(
                $"Output '{batch.Model.Description.Outputs[settings.Output].Name}' of model '{batch.Model.Identity.Name}' is " +
                $"[{string.Join(", ", shape.ToArray())}]; " +
                $"[{batch.Rows}, {(settings.Labels.Count > 0 ? settings.Labels.Count : "classes")}] was expected. " +
                "Load the labels that belong to this model.");
        }

        int classes = checked((int)shape[1]);
        float[] scores = batch.State(static () => new Workspace()).Take(classes);
        TextScoreFunction function = settings.Function != TextScoreFunction.Auto ? settings.Function
            : classes == 1 ? TextScoreFunction.Sigmoid
            : TextScoreFunction.Softmax;
        for (int row = 0; row < outputs.Length; row++)
        {
            if (batch.GetFailure(row) is not null)
            {
                continue;
            }

            ReadOnlySpan<float> values = logits.Elements.Slice(row * classes, classes);
            switch (function)
            {
                case TextScoreFunction.Sigmoid: ClassScores.Sigmoid(values, scores); break;
                case TextScoreFunction.Softmax: ClassScores.Softmax(values, scores); break;
                default: values.CopyTo(scores); break;
            }

            outputs.Span[row] = new TextClassification(LabelScore.Best(
                scores.AsSpan(0, classes), settings.Labels, options.TopK, options.MinScore ?? float.NegativeInfinity));
        }

        return ValueTask.CompletedTask;
    }

    private Settings GetSettings(LoadedModel model) => model.GetOrCreate(this, Read);

    private Settings Read(LoadedModel model)
    {
        int output = -1;
        for (int i = 0; i < model.Description.Outputs.Count && output < 0; i++)
        {
            if (model.Description.Outputs[i] is
                {
                    Kind: ValueKind.Tensor,
                    ElementType: TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double,
                    Shape.Length: 2,
                })
            {
                output = i;
            }
        }

        if (output < 0)
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", model.Description.Outputs)}; " +
                "text classification needs a float tensor [n, classes]. Export the model for the task text-classification.");
        }

        TextScoreFunction function = options.Scores;
        if (function == TextScoreFunction.Auto)
        {
            function = ModelSettings.ReadProblemType(model) switch
            {
                "multi_label_classification" => TextScoreFunction.Sigmoid,
                "single_label_classification" => TextScoreFunction.Softmax,
                "regression" => TextScoreFunction.None,
                _ => TextScoreFunction.Auto,
            };
        }

        return new Settings(output, ModelLabels.Find(model, options.LabelsFile), function);
    }

    private sealed record Settings(int Output, IReadOnlyList<string> Labels, TextScoreFunction Function);

    private sealed class Workspace
    {
        private float[] _scores = [];

        internal float[] Take(int size) => _scores.Length >= size ? _scores : _scores = new float[size];
    }
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision.Classification;

/// <summary>Converts class scores <c>[n, classes]</c> of float16, float32 or float64 to labels. Thread-safe.</summary>
internal sealed class ImageClassificationPostprocessor(ImageClassificationOptions options)
    : IPostprocessor<ImageClassification>, IDryRunStage
{
    // If the options name a labels file, there can be no dry run, because only the real model has that file.
    public IReadOnlyList<ValueDescription>? Placeholders { get; } = options.LabelsFile is not null
        ? null
        : [new ValueDescription("scores", ValueKind.Tensor, TensorElementType.Float, [-1, 1000])];

    public void Prepare(LoadedModel model) => _ = GetSettings(model);

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<ImageClassification> outputs, CancellationToken cancellationToken)
    {
        Settings settings = GetSettings(batch.Model);
        TensorView<float> scores = batch.GetFloatOutput(settings.Output);
        int classes = CountClasses(scores, batch);
        if (settings.Labels.Count > 0 && settings.Labels.Count != classes)
        {
            string output = batch.Model.Description.Outputs[settings.Output].Name;
            throw new ModelContractException(
                $"Output '{output}' of model '{batch.Model.Identity.Name}' is {FormatShape(scores.Shape)}; " +
                $"{settings.Labels.Count} labels need [n, {settings.Labels.Count}]. Load the labels that belong to this model.");
        }

        float[] workspace = batch.State(() => new Workspace()).Take(classes);
        for (int row = 0; row < outputs.Length; row++)
        {
            if (batch.GetFailure(row) is null)
            {
                Span<float> values = workspace.AsSpan(0, classes);
                Activate(scores.Elements.Slice(row * classes, classes), values, settings.Scores);
                outputs.Span[row] = new ImageClassification(LabelScore.Best(values, settings.Labels, options.TopK, options.MinScore));
            }
        }

        return ValueTask.CompletedTask;
    }

    private Settings GetSettings(LoadedModel model) => model.GetOrCreate(this, ReadSettings);

    private Settings ReadSettings(LoadedModel model)
    {
        int output = -1;
        for (int i = 0; i < model.Description.Outputs.Count && output < 0; i++)
        {
            if (model.Description.Outputs[i] is
                {
                    Kind: ValueKind.Tensor,
                    ElementType: TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double,
                    Shape.Length: 2 or 4,
                })
            {
                output = i;
            }
        }

        if (output < 0)
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", model.Description.Outputs)}; " +
                "image classification needs a float tensor [n, classes].");
        }

        IReadOnlyList<string> labels = ModelLabels.Find(model, options.LabelsFile);
        long declared = model.Description.Outputs[output].Shape[1];
        if (labels.Count > 0 && declared >= 0 && declared != labels.Count)
        {
            throw new ModelContractException(
                $"Output {model.Description.Outputs[output]} of model '{model.Identity.Name}' has {declared} classes, " +
                $"but there are {labels.Count} labels. Load the labels that belong to this model.");
        }

        ScoreFunction scores = options.Scores != ScoreFunction.Auto ? options.Scores :
            UltralyticsMetadata.Read(model).IsClassifier ? ScoreFunction.None :
            ModelSettings.ReadProblemType(model) == "multi_label_classification" ? ScoreFunction.Sigmoid : ScoreFunction.Softmax;
        return new Settings(output, labels, scores);
    }

    // The shape is [n, classes], or [n, classes, 1, 1] in exports that keep the axes of the pooling.
    private static int CountClasses(TensorView<float> scores, InferenceBatch batch)
    {
        bool isFlat = scores.Shape.Length == 2 || scores.Shape.Length == 4 && scores.Shape[2] == 1 && scores.Shape[3] == 1;
        return isFlat && scores.Shape[0] == batch.Rows && scores.Shape[1] > 0
            ? (int)scores.Shape[1]
            : throw new ModelContractException(
                $"The scores of model '{batch.Model.Identity.Name}' are {FormatShape(scores.Shape)}; " +
                $"[{batch.Rows}, classes] was expected.");
    }

    private static string FormatShape(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private static void Activate(ReadOnlySpan<float> outputs, Span<float> scores, ScoreFunction function)
    {
        switch (function)
        {
            case ScoreFunction.Sigmoid: ClassScores.Sigmoid(outputs, scores); break;
            case ScoreFunction.Softmax: ClassScores.Softmax(outputs, scores); break;
            default: outputs.CopyTo(scores); break;
        }
    }

    private sealed record Settings(int Output, IReadOnlyList<string> Labels, ScoreFunction Scores);

    private sealed class Workspace
    {
        private float[] _scores = [];

        public float[] Take(int length) => _scores.Length >= length ? _scores : _scores = new float[length];
    }
}

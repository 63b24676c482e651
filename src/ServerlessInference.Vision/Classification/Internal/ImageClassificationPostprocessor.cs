using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision.Classification;

/// <summary>Converts the class scores of a model to labels. Thread-safe.</summary>
internal sealed class ImageClassificationPostprocessor(ImageClassificationOptions options)
    : IPostprocessor<ImageClassification>, IDryRunStage
{
    private const string Task = "image-classification";

    // If the options name a file or an output, there can be no dry run, because only the real model has it.
    public IReadOnlyList<ValueDescription>? Placeholders { get; } = options.LabelsFile is not null || options.Output is not null
        ? null
        : [new ValueDescription("scores", ValueKind.Tensor, TensorElementType.Float, [-1, 1000])];

    public void Prepare(LoadedModel model) => _ = GetScores(model);

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<ImageClassification> outputs, CancellationToken cancellationToken)
    {
        GetScores(batch.Model).Answer(
            batch, outputs, options.TopK, options.MinScore, static top => new ImageClassification(top));
        return ValueTask.CompletedTask;
    }

    private ClassScores GetScores(LoadedModel model) => model.GetOrCreate(this, ReadScores);

    private ClassScores ReadScores(LoadedModel model) =>
        ClassScores.Read(model, Task, options.Scores, options.Output, options.LabelsFile);
}

using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;

namespace ServerlessInference.Text.Classification;

/// <summary>Converts the class scores of a model to labels. Thread-safe.</summary>
internal sealed class TextClassificationPostprocessor(TextClassificationOptions options) : IPostprocessor<TextClassification>
{
    private const string Task = "text-classification";

    public void Prepare(LoadedModel model) => _ = GetScores(model);

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<TextClassification> outputs, CancellationToken cancellationToken)
    {
        GetScores(batch.Model).Answer(
            batch, outputs, options.TopK, options.MinScore ?? float.NegativeInfinity, static top => new TextClassification(top));
        return ValueTask.CompletedTask;
    }

    private ClassScores GetScores(LoadedModel model) => model.GetOrCreate(this, ReadScores);

    private ClassScores ReadScores(LoadedModel model) =>
        ClassScores.Read(model, Task, options.Scores, options.Output, options.LabelsFile);
}

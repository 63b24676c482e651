using System.Globalization;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Vision.Detection.Internal.Suppression;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Internal;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>
/// Decodes a detection head of float16, float32 or float64, suppresses overlapping boxes, and maps the rest to pixels of the original
/// image. Thread-safe.
/// </summary>
internal sealed class ObjectDetectionPostprocessor(DetectionModels models, DetectionOptions options) : IPostprocessor<ObjectDetection>
{
    public void Prepare(LoadedModel model)
    {
        if (models.Get(model).Selection is { IsFound: false } selection)
        {
            throw new ModelContractException(selection.Failure);
        }
    }

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<ObjectDetection> outputs, CancellationToken cancellationToken)
    {
        Prepare(batch.Model);
        DetectionModel model = models.Get(batch.Model);
        ImageBatchState images = batch.State(static () => new ImageBatchState());
        DetectionWorkspace workspace = batch.State(static () => new DetectionWorkspace());
        TensorView<float> output = batch.GetFloatOutput(model.Selection.Output);
        ResolvedHead head = model.Resolve(output.Shape, batch.Rows, images.Size);
        float minScore = options.MinScore ?? head.Decoder.DefaultMinScore;
        var settings = new SuppressionSettings(
            options.IouThreshold ?? head.Decoder.DefaultIouThreshold, options.ClassAgnostic, options.MaxDetections, options.MaxCandidates);
        for (int row = 0; row < outputs.Length; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (batch.FailureOf(row) is not null)
            {
                continue;
            }

            workspace.Candidates.Clear();
            head.Decoder.Decode(output.Row(row), head.Layout, minScore, workspace.Candidates);
            ReadOnlySpan<Candidate> candidates = workspace.Candidates.Items;
            ReadOnlySpan<int> kept = workspace.Suppression.Run(candidates, settings);
            LetterboxTransform transform = images.Transforms[row];
            var objects = kept.Length == 0 ? [] : new DetectedObject[kept.Length];
            for (int i = 0; i < objects.Length; i++)
            {
                objects[i] = Create(candidates[kept[i]], transform, model.Labels, batch.Model);
            }

            outputs.Span[row] = new ObjectDetection(transform.SourceWidth, transform.SourceHeight, objects);
        }

        return ValueTask.CompletedTask;
    }

    private static DetectedObject Create(
        in Candidate candidate, in LetterboxTransform transform, IReadOnlyList<string> labels, LoadedModel model)
    {
        if (labels.Count > 0 && candidate.Class >= labels.Count)
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' found an object of class {candidate.Class}, but there are {labels.Count} labels. " +
                "Load the labels that belong to this model.");
        }

        var box = new BoundingBox(
            transform.ToSourceX(candidate.Left),
            transform.ToSourceY(candidate.Top),
            transform.ToSourceX(candidate.Right),
            transform.ToSourceY(candidate.Bottom));
        string label = labels.Count > 0 ? labels[candidate.Class] : candidate.Class.ToString(CultureInfo.InvariantCulture);
        return new DetectedObject(candidate.Class, label, candidate.Score, box);
    }
}

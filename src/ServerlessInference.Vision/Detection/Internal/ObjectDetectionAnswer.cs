using System.Globalization;
using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection;

/// <summary>Answers with axis-aligned boxes in pixels of the original image.</summary>
internal sealed class ObjectDetectionAnswer : IDetectionAnswer<ObjectDetection>
{
    public ObjectDetection Create(in ImageDetections image, ReadOnlySpan<int> kept)
    {
        DetectedObject[] objects = kept.Length == 0 ? [] : new DetectedObject[kept.Length];
        for (int i = 0; i < objects.Length; i++)
        {
            objects[i] = CreateObject(image, image.Candidates[kept[i]]);
        }

        return new ObjectDetection(image.Transform.SourceWidth, image.Transform.SourceHeight, objects);
    }

    private static DetectedObject CreateObject(in ImageDetections image, in Candidate candidate)
    {
        IReadOnlyList<string> labels = image.Labels;
        if (labels.Count > 0 && candidate.Class >= labels.Count)
        {
            throw new ModelContractException(
                $"Model '{image.Batch.Model.Identity.Name}' found an object of class {candidate.Class}, but there are {labels.Count} " +
                "labels. Load the labels that belong to this model.");
        }

        var box = new BoundingBox(
            image.Transform.ToSourceX(candidate.Left),
            image.Transform.ToSourceY(candidate.Top),
            image.Transform.ToSourceX(candidate.Right),
            image.Transform.ToSourceY(candidate.Bottom));
        string label = labels.Count > 0 ? labels[candidate.Class] : candidate.Class.ToString(CultureInfo.InvariantCulture);
        return new DetectedObject(candidate.Class, label, candidate.Score, box);
    }
}

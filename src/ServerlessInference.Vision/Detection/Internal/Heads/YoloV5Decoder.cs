using System.Numerics.Tensors;
using ServerlessInference.Vision.Detection.Internal.Suppression;

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>
/// <c>[n, boxes, 5 + classes]</c>: for each box centre x, centre y, width and height in pixels, the probability that there is an object, and
/// for each class that it is of it.
/// </summary>
/// <remarks>Source: the exported <c>Detect</c> heads of YOLOv5 7.0, YOLOv6 and YOLOv7.</remarks>
internal sealed class YoloV5Decoder : IDetectionHeadDecoder
{
    /// <summary>Values of a box before its class scores.</summary>
    public const int BoxValues = 5;

    public DetectionHead Head => DetectionHead.YoloV5;

    public string Description => "YOLOv5 [n, boxes, 5 + classes]";

    public float DefaultMinScore => 0.25f;

    public float? DefaultIouThreshold => 0.45f;

    public string? Reject(in HeadQuery query)
    {
        if (query.RejectValues(2, BoxValues) is { } reason)
        {
            return reason;
        }

        return query switch
        {
            { Forced: true } => null,
            { EndToEnd: true } => "the metadata says that the model is end-to-end",
            _ when YoloxDecoder.HasItsMarks(query) => "a model without Ultralytics' metadata and with one box a cell is YOLOX's",
            { Axis2: EndToEndDecoder.Values, IsComplete: true } when !EndToEndDecoder.IsGrid(query) =>
                $"{query.Axis1} boxes are not a multiple of the cells of a {query.Width} x {query.Height} input",
            _ => query.RejectBoxes(1),
        };
    }

    public HeadLayout Layout(in HeadQuery query) => new((int)query.Axis1, (int)query.Axis2 - BoxValues, query.Height, query.Width);

    public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
    {
        int values = layout.Classes + BoxValues;
        for (int box = 0; box < layout.Boxes; box++)
        {
            ReadOnlySpan<float> item = output.Slice(box * values, values);
            if (item[4] > minScore && TryScore(item, minScore, out float score, out int index))
            {
                float halfWidth = item[2] / 2;
                float halfHeight = item[3] / 2;
                candidates.Add(new Candidate(
                    item[0] - halfWidth, item[1] - halfHeight, item[0] + halfWidth, item[1] + halfHeight, score, index, box));
            }
        }
    }

    /// <summary>Finds the best class of a box whose objectness is above the lowest score.</summary>
    public static bool TryScore(ReadOnlySpan<float> item, float minScore, out float score, out int index)
    {
        ReadOnlySpan<float> classes = item[BoxValues..];

        // The first one that is not a number, if there is one: the box is then not above any score.
        index = TensorPrimitives.IndexOfMax(classes);
        score = item[4] * classes[index];
        return score > minScore;
    }
}

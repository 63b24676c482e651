using System.Numerics.Tensors;
using ServerlessInference.Vision.Detection.Internal.Suppression;

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>
/// Decodes <c>[n, boxes, 5 + classes]</c>: for each box centre x, centre y, width and height in pixels, the probability of an object
/// (objectness), and the probability of each class.
/// </summary>
/// <remarks>Source: the exported <c>Detect</c> heads of YOLOv5 7.0, YOLOv6 and YOLOv7.</remarks>
internal sealed class YoloV5Decoder : IDetectionHeadDecoder
{
    /// <summary>The number of values of a box before its class scores.</summary>
    public const int BoxValues = 5;

    public DetectionHead Head => DetectionHead.YoloV5;

    public string Description => "YOLOv5 [n, boxes, 5 + classes]";

    public float DefaultMinScore => 0.25f;

    public float? DefaultIouThreshold => 0.45f;

    public string? GetMismatch(in HeadQuery query)
    {
        if (query.GetValuesMismatch(2, BoxValues) is { } mismatch)
        {
            return mismatch;
        }

        return query switch
        {
            { Forced: true } => null,
            { EndToEnd: true } => "the metadata states that the model is end-to-end",
            _ when YoloxDecoder.LooksLikeYolox(query) => "a model with one box per cell and without Ultralytics' metadata is YOLOX",
            { Axis2: EndToEndDecoder.Values, IsComplete: true } when !EndToEndDecoder.IsGrid(query) =>
                $"{query.Axis1} boxes are not a multiple of the cells of a {query.Width} x {query.Height} input",
            _ => query.GetBoxesMismatch(1),
        };
    }

    public HeadLayout CreateLayout(in HeadQuery query) =>
        new((int)query.Axis1, (int)query.Axis2 - BoxValues, query.Height, query.Width);

    public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
    {
        int values = layout.Classes + BoxValues;
        for (int box = 0; box < layout.Boxes; box++)
        {
            // A score is at most the objectness, so most boxes are rejected without reading their class scores.
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

    /// <summary>Determines the best class of a box and whether its score exceeds the minimum.</summary>
    public static bool TryScore(ReadOnlySpan<float> item, float minScore, out float score, out int index)
    {
        ReadOnlySpan<float> classes = item[BoxValues..];

        // If there is a NaN, IndexOfMax returns its index. The score is then NaN, which is not above the minimum.
        index = TensorPrimitives.IndexOfMax(classes);
        score = item[4] * classes[index];
        return score > minScore;
    }
}

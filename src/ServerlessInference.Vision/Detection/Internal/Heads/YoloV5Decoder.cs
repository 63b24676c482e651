using System.Numerics.Tensors;
using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>
/// Decodes <c>[n, boxes, 5 + classes]</c>: for each box centre x, centre y, width and height in pixels, the probability of an object
/// (objectness), and the probability of each class.
/// </summary>
/// <remarks>Source: the exported <c>Detect</c> heads of YOLOv5 7.0, YOLOv6 and YOLOv7.</remarks>
internal sealed class YoloV5Decoder : IHeadDecoder
{
    /// <summary>The number of values of a box before its class scores.</summary>
    public const int BoxValues = 5;

    public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
    {
        int values = BoxValues + layout.Classes + layout.FurtherValues;
        for (int box = 0; box < layout.Boxes; box++)
        {
            // A score is at most the objectness, so most boxes are rejected without reading their class scores.
            ReadOnlySpan<float> item = output.Slice(box * values, values);
            if (item[4] > minScore && TryScore(item, layout.Classes, minScore, out float score, out int index))
            {
                float halfWidth = item[2] / 2;
                float halfHeight = item[3] / 2;
                candidates.Add(new Candidate(
                    item[0] - halfWidth, item[1] - halfHeight, item[0] + halfWidth, item[1] + halfHeight, score, index, box));
            }
        }
    }

    /// <summary>Determines the best class of a box and whether its score exceeds the minimum.</summary>
    public static bool TryScore(ReadOnlySpan<float> item, int classCount, float minScore, out float score, out int index)
    {
        ReadOnlySpan<float> classes = item.Slice(BoxValues, classCount);

        // If there is a NaN, IndexOfMax returns its index. The score is then NaN, which is not above the minimum.
        index = TensorPrimitives.IndexOfMax(classes);
        score = item[4] * classes[index];
        return score > minScore;
    }
}

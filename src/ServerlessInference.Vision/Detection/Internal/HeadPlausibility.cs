using System.Globalization;
using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Detection;

/// <summary>
/// Checks by the first outputs of a model that their values are those of its head. Detectors of other families may have the same shapes.
/// </summary>
/// <remarks>
/// About 512 boxes are looked at, evenly spread, which takes microseconds. Scores are probabilities, boxes are in pixels, and the classes
/// of end-to-end heads are whole numbers. Thread-safe and stateless.
/// </remarks>
internal static class HeadPlausibility
{
    private const int SampledBoxes = 512;
    private const float MaxScore = 1.01f;
    private const float MinScore = -0.001f;

    /// <summary>No detector places all its boxes within the first pixel; boxes from 0 to 1 are shares of the image.</summary>
    private const float MaxShare = 1.5f;

    /// <summary>Finds what cannot be the output of a head.</summary>
    /// <param name="output">The output that belongs to one image.</param>
    /// <param name="head">The head.</param>
    /// <param name="layout">The sizes of the output.</param>
    /// <param name="mayBeShares">
    /// Whether small boxes are accepted, because metadata or an option confirm that the head has pixels.
    /// </param>
    /// <param name="isConclusive">Whether the output has values from which something follows. Unused boxes are zeros.</param>
    /// <returns>The end of a sentence; <see langword="null"/> if nothing speaks against the head.</returns>
    public static string? FindContradiction(
        ReadOnlySpan<float> output, DetectionHead head, in HeadLayout layout, bool mayBeShares, out bool isConclusive) =>
        head == DetectionHead.EndToEnd
            ? FindInEndToEnd(output, layout, mayBeShares, out isConclusive)
            : FindInGrid(output, head, layout, mayBeShares, out isConclusive);

    private static string? FindInEndToEnd(ReadOnlySpan<float> output, in HeadLayout layout, bool mayBeShares, out bool isConclusive)
    {
        int values = EndToEndDecoder.Values + layout.FurtherValues, used = 0, reversed = 0;
        float largest = 0;
        isConclusive = false;
        for (int box = 0; box < layout.Boxes; box++)
        {
            ReadOnlySpan<float> item = output.Slice(box * values, values);
            if (item[4] == 0 || !float.IsFinite(item[4]) || !float.IsFinite(item[5]))
            {
                continue;
            }

            if (IsNoScore(item[4]))
            {
                return DescribeScore(item[4]);
            }

            if (item[5] < 0 || item[5] != MathF.Floor(item[5]))
            {
                return $"it has the class {Format(item[5])}, and classes are whole numbers";
            }

            used++;
            reversed += item[2] <= item[0] || item[3] <= item[1] ? 1 : 0;
            largest = Math.Max(largest, Math.Max(Math.Abs(item[2]), Math.Abs(item[3])));
        }

        isConclusive = used > 0;
        return used == 0 ? null
            : largest <= MaxShare && !mayBeShares ? DescribeShares()
            : reversed > used / 2 && layout.FurtherValues == 0 ? $"{reversed} of its {used} boxes have no width or no height"
            : null;
    }

    private static string? FindInGrid(
        ReadOnlySpan<float> output, DetectionHead head, in HeadLayout layout, bool mayBeShares, out bool isConclusive)
    {
        // YOLOv8 stores values in rows, the others box by box. Raw boxes of YOLOX are offsets and logarithms, which may be small.
        bool rows = head == DetectionHead.YoloV8;
        bool isYolox = head is DetectionHead.Yolox or DetectionHead.YoloxDecoded;
        int first = rows ? YoloV8Decoder.BoxRows : YoloV5Decoder.BoxValues - 1;
        int scores = rows ? layout.Classes : layout.Classes + 1;
        int values = first + scores + layout.FurtherValues;
        int step = Math.Max(1, layout.Boxes / SampledBoxes);
        float largest = 0;
        for (int box = 0; box < layout.Boxes; box += step)
        {
            int at = rows ? box : box * values, stride = rows ? layout.Boxes : 1;
            for (int i = 0; i < 4; i++)
            {
                float side = Math.Abs(output[at + (i * stride)]);
                largest = side > largest && float.IsFinite(side) ? side : largest;
            }

            for (int i = first; i < first + scores; i++)
            {
                if (IsNoScore(output[at + (i * stride)]))
                {
                    isConclusive = true;
                    return DescribeScore(output[at + (i * stride)]);
                }
            }
        }

        isConclusive = largest > 0;
        return isConclusive && !isYolox && !mayBeShares && largest <= MaxShare ? DescribeShares() : null;
    }

    // Numbers that are not finite say nothing about the family: a decoder skips their boxes.
    private static bool IsNoScore(float value) => float.IsFinite(value) && (value < MinScore || value > MaxScore);

    private static string DescribeScore(float score) =>
        $"it has the score {Format(score)}, and scores are probabilities from 0 to 1; the values may be logits or keypoints";

    private static string DescribeShares() => "all its boxes are within one pixel, so they may be shares of the image instead of pixels";

    private static string Format(float value) => value.ToString("G4", CultureInfo.InvariantCulture);
}

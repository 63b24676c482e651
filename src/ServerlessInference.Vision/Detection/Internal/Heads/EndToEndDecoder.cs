using ServerlessInference.Vision.Detection.Internal.Suppression;

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>Decodes <c>[n, boxes, 6]</c>: left, top, right and bottom in pixels, score, class. Unused rows have the score 0.</summary>
/// <remarks>Source: the exported heads of YOLOv10 and YOLO26, and the exports of Ultralytics 8 with <c>nms=True</c>.</remarks>
internal sealed class EndToEndDecoder : IDetectionHeadDecoder
{
    /// <summary>The number of values per box.</summary>
    public const int Values = 6;

    private const int DefaultBoxCount = 300;

    public DetectionHead Head => DetectionHead.EndToEnd;

    public string Description => "end-to-end [n, boxes, 6]";

    public float DefaultMinScore => 0.25f;

    public float? DefaultIouThreshold => null;

    public string? GetMismatch(in HeadQuery query)
    {
        if (query.Axis2 is >= 0 and not Values)
        {
            return $"a box has 6 values and axis 2 has {query.Axis2}";
        }

        // The boxes of YOLOv5's grids also have 6 values if there is one class.
        return !query.EndToEnd && !query.Forced && query.Labels <= 1 && IsGrid(query)
            ? $"{query.Axis1} is the number of grid boxes of a {query.Width} x {query.Height} input"
            : null;
    }

    public HeadLayout CreateLayout(in HeadQuery query) => new((int)query.Axis1, 0, query.Height, query.Width);

    public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
    {
        for (int box = 0; box < layout.Boxes; box++)
        {
            ReadOnlySpan<float> item = output.Slice(box * Values, Values);
            if (item[4] > minScore && item[5] >= 0 && item[5] < int.MaxValue)
            {
                candidates.Add(new Candidate(item[0], item[1], item[2], item[3], item[4], (int)item[5], box));
            }
        }
    }

    /// <summary>Determines whether boxes of 6 values are those of a grid.</summary>
    /// <remarks>Some small grids have 300 boxes too, but 300 is far more likely to be the limit of an end-to-end export.</remarks>
    public static bool IsGrid(in HeadQuery query) => query.BoxesPerCellOnAxis1 > 0 && query.Axis1 != DefaultBoxCount;
}

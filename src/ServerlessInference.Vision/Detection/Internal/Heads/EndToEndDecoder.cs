using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Decodes <c>[n, boxes, 6]</c>: left, top, right and bottom in pixels, score, class. Unused rows have the score 0.</summary>
/// <remarks>Source: the exported heads of YOLOv10 and YOLO26, and the exports of Ultralytics 8 with <c>nms=True</c>.</remarks>
internal sealed class EndToEndDecoder : IHeadDecoder
{
    /// <summary>The number of values per box.</summary>
    public const int Values = 6;

    public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
    {
        int values = Values + layout.FurtherValues;
        for (int box = 0; box < layout.Boxes; box++)
        {
            ReadOnlySpan<float> item = output.Slice(box * values, values);
            if (item[4] > minScore && item[5] >= 0 && item[5] < int.MaxValue)
            {
                candidates.Add(new Candidate(item[0], item[1], item[2], item[3], item[4], (int)item[5], box));
            }
        }
    }
}

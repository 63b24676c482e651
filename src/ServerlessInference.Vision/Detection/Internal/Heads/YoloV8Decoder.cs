using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>
/// Decodes <c>[n, 4 + classes, boxes]</c>: rows of centre x, centre y, width and height in pixels, then a row of probabilities per class.
/// </summary>
/// <remarks>Source: the exported <c>Detect</c> head of Ultralytics 8.</remarks>
internal sealed class YoloV8Decoder : IHeadDecoder
{
    /// <summary>The number of rows before those of the class scores.</summary>
    public const int BoxRows = 4;

    public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
    {
        ReadOnlySpan<float> scores = output[(BoxRows * layout.Boxes)..];
        Span<float> best = stackalloc float[ColumnMaxima.BlockLength];
        for (int start = 0; start < layout.Boxes; start += best.Length)
        {
            Span<float> block = best[..Math.Min(best.Length, layout.Boxes - start)];
            ColumnMaxima.Compute(scores, layout.Boxes, layout.Classes, start, block);
            int at = ColumnMaxima.FindNextAbove(block, 0, minScore);
            for (; at >= 0; at = ColumnMaxima.FindNextAbove(block, at + 1, minScore))
            {
                Add(output, scores, layout, start + at, minScore, candidates);
            }
        }
    }

    private static void Add(
        ReadOnlySpan<float> output, ReadOnlySpan<float> scores, in HeadLayout layout, int box, float minScore, CandidateBuffer candidates)
    {
        int boxes = layout.Boxes;
        int best = -1;
        float score = minScore;
        for (int i = 0, at = box; i < layout.Classes; i++, at += boxes)
        {
            float value = scores[at];
            if (value > score)
            {
                score = value;
                best = i;
            }
            else if (float.IsNaN(value))
            {
                // In PyTorch the maximum is NaN then, which is not above any threshold.
                return;
            }
        }

        if (best < 0)
        {
            return;
        }

        float x = output[box];
        float y = output[box + boxes];
        float halfWidth = output[box + (2 * boxes)] / 2;
        float halfHeight = output[box + (3 * boxes)] / 2;
        candidates.Add(new Candidate(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, best, box));
    }
}

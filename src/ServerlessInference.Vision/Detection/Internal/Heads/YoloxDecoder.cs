using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>
/// Decodes <c>[n, cells, 5 + classes]</c>: like YOLOv5, but with one box per cell. Raw outputs have the centre as an offset from the cell
/// and the size as a logarithm, both in units of the stride.
/// </summary>
/// <remarks>
/// In pixels, <c>centre = (value + cell) × stride</c> and <c>size = exp(value) × stride</c>. The grids are in the order of strides 8, 16,
/// 32 (64), and their cells are stored row by row. Source: <c>YOLOXHead.decode_outputs</c> and <c>demo_postprocess</c> of YOLOX 0.3.
/// </remarks>
/// <param name="decoded">
/// Whether the boxes already are in pixels. With <see langword="null"/>, this is inferred from the values of each output.
/// </param>
internal sealed class YoloxDecoder(bool? decoded) : IHeadDecoder
{
    public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
    {
        int values = YoloV5Decoder.BoxValues + layout.Classes + layout.FurtherValues;
        bool raw = !(decoded ?? LooksDecoded(output, layout, values));
        int box = 0;
        foreach (int stride in AnchorGrid.YoloxStrides)
        {
            int columns = (layout.Width + stride - 1) / stride;
            int cells = columns * ((layout.Height + stride - 1) / stride);
            for (int cell = 0; cell < cells && box < layout.Boxes; cell++, box++)
            {
                ReadOnlySpan<float> item = output.Slice(box * values, values);
                if (!(item[4] > minScore) || !YoloV5Decoder.TryScore(item, layout.Classes, minScore, out float score, out int index))
                {
                    continue;
                }

                float x = item[0], y = item[1], width = item[2], height = item[3];
                if (raw)
                {
                    (int row, int column) = Math.DivRem(cell, columns);
                    x = (x + column) * stride;
                    y = (y + row) * stride;

                    // In double precision, because single-precision exponentials differ between processors and C libraries.
                    width = (float)Math.Exp(width) * stride;
                    height = (float)Math.Exp(height) * stride;
                }

                candidates.Add(new Candidate(x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2), score, index, box));
            }
        }
    }

    // The mean of the x values tells both formats apart. Raw values are offsets within a cell, with a mean of about half a stride or less;
    // pixels have a mean of about half the width of the input. An eighth of the width is far from both.
    private static bool LooksDecoded(ReadOnlySpan<float> output, in HeadLayout layout, int values)
    {
        double sum = 0;
        for (int box = 0, at = 0; box < layout.Boxes; box++, at += values)
        {
            float x = output[at];
            sum += float.IsFinite(x) ? x : 0;
        }

        return sum / layout.Boxes > layout.Width / 8.0;
    }
}

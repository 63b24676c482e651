using ServerlessInference.Vision.Detection.Internal.Suppression;

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>
/// <c>[n, cells, 5 + classes]</c>: as YOLOv5, but one box a cell, and (raw) its centre as an offset from its cell and its size as a logarithm,
/// both in strides.
/// </summary>
/// <remarks>
/// Pixels: <c>centre = (value + cell) × stride</c>, <c>size = exp(value) × stride</c>; grids in the order of strides 8, 16, 32 (64), cells row by
/// row. Source: <c>YOLOXHead.decode_outputs</c> and <c>demo_postprocess</c> of YOLOX 0.3.
/// </remarks>
/// <param name="decoded">Whether boxes are in pixels already; <see langword="null"/> looks at each output.</param>
internal sealed class YoloxDecoder(bool? decoded) : IDetectionHeadDecoder
{
    public DetectionHead Head => decoded == true ? DetectionHead.YoloxDecoded : DetectionHead.Yolox;

    public string Description => "YOLOX [n, cells, 5 + classes]";

    public float DefaultMinScore => 0.3f;

    public float? DefaultIouThreshold => 0.45f;

    /// <summary>
    /// Tells whether an output of YOLOv5's layout has what distinguishes YOLOX's exports: one box a cell, no metadata, and not the names that
    /// Ultralytics (<c>output0</c>) and YOLOv6 (<c>outputs</c>) give their outputs.
    /// </summary>
    public static bool HasItsMarks(in HeadQuery query) =>
        !query.FromUltralytics
        && query.Output is not ("output0" or "outputs")
        && AnchorGrid.YoloxLevels(query.Axis1, query.Height, query.Width) > 0;

    public string? Reject(in HeadQuery query)
    {
        if (query.RejectValues(2, YoloV5Decoder.BoxValues) is { } reason)
        {
            return reason;
        }

        bool sized = query.Axis1 >= 0 && query.Height > 0 && query.Width > 0;
        if (sized && AnchorGrid.YoloxLevels(query.Axis1, query.Height, query.Width) == 0)
        {
            return $"{query.Axis1} boxes are not the cells of strides 8, 16 and 32 (and 64) of a {query.Width} x {query.Height} input";
        }

        return query switch
        {
            { Forced: true } => null,
            { FromUltralytics: true } => "the metadata is Ultralytics'",
            { EndToEnd: true } => "the metadata says that the model is end-to-end",
            _ when !sized => "its number of boxes is not known before the model runs; YOLOX's exports have a fixed one",
            _ when !HasItsMarks(query) => $"the output's name, '{query.Output}', is not one of YOLOX's exporter",
            _ => null,
        };
    }

    public HeadLayout Layout(in HeadQuery query) =>
        new((int)query.Axis1, (int)query.Axis2 - YoloV5Decoder.BoxValues, query.Height, query.Width);

    public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
    {
        int values = layout.Classes + YoloV5Decoder.BoxValues;
        bool raw = !(decoded ?? LooksDecoded(output, layout, values));
        int box = 0;
        foreach (int stride in AnchorGrid.YoloxStrides)
        {
            int columns = (layout.Width + stride - 1) / stride;
            int cells = columns * ((layout.Height + stride - 1) / stride);
            for (int cell = 0; cell < cells && box < layout.Boxes; cell++, box++)
            {
                ReadOnlySpan<float> item = output.Slice(box * values, values);
                if (!(item[4] > minScore) || !YoloV5Decoder.TryScore(item, minScore, out float score, out int index))
                {
                    continue;
                }

                float x = item[0], y = item[1], width = item[2], height = item[3];
                if (raw)
                {
                    (int row, int column) = Math.DivRem(cell, columns);
                    x = (x + column) * stride;
                    y = (y + row) * stride;

                    // In double precision, so that every processor and C library gives the same float.
                    width = (float)Math.Exp(width) * stride;
                    height = (float)Math.Exp(height) * stride;
                }

                candidates.Add(new Candidate(x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2), score, index, box));
            }
        }
    }

    // Offsets from a cell are about half a stride in the mean; pixels are about half the input's width. An eighth lies far from both.
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

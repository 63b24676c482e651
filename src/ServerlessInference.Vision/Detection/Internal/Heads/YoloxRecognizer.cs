namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Recognises <c>[n, cells, 5 + classes]</c> with one box per cell, the head of <see cref="YoloxDecoder"/>.</summary>
internal sealed class YoloxRecognizer : IHeadRecognizer
{
    /// <summary>
    /// Determines whether an output with YOLOv5's layout comes from an exporter of YOLOX. It does if there is one box per cell and no
    /// metadata, and the output does not have the name that Ultralytics (<c>output0</c>) or YOLOv6 (<c>outputs</c>) uses.
    /// </summary>
    public static bool LooksLikeYolox(in HeadQuery query) =>
        !query.FromUltralytics
        && query.Output is not ("output0" or "outputs")
        && AnchorGrid.GetYoloxLevels(query.Axis1, query.Height, query.Width) > 0;

    public string? GetMismatch(in HeadQuery query)
    {
        if (query.GetValuesMismatch(2, YoloV5Decoder.BoxValues) is { } mismatch)
        {
            return mismatch;
        }

        bool isSizeKnown = query.Axis1 >= 0 && query.Height > 0 && query.Width > 0;
        if (isSizeKnown && AnchorGrid.GetYoloxLevels(query.Axis1, query.Height, query.Width) == 0)
        {
            return $"{query.Axis1} boxes are not the cells of strides 8, 16 and 32 (and 64) of a {query.Width} x {query.Height} input";
        }

        return query switch
        {
            { Forced: true } => null,
            { FromUltralytics: true } => "the metadata was written by Ultralytics' exporter",
            { EndToEnd: true } => "the metadata states that the model is end-to-end",
            _ when !isSizeKnown => "the number of boxes is not known before the model runs, and exports of YOLOX have a fixed number",
            _ when !LooksLikeYolox(query) => $"the exporter of YOLOX does not name the output '{query.Output}'",
            _ => null,
        };
    }

    public HeadLayout CreateLayout(in HeadQuery query) => query.CreateLayout(query.Axis1, query.Axis2 - YoloV5Decoder.BoxValues);
}

namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Recognises <c>[n, boxes, 5 + classes]</c>, the head of <see cref="YoloV5Decoder"/>.</summary>
internal sealed class YoloV5Recognizer : IHeadRecognizer
{
    public string? GetMismatch(in HeadQuery query)
    {
        if (query.GetValuesMismatch(2, YoloV5Decoder.BoxValues) is { } mismatch)
        {
            return mismatch;
        }

        return query switch
        {
            { Forced: true } => null,
            { EndToEnd: true } => "the metadata states that the model is end-to-end",
            _ when YoloxRecognizer.LooksLikeYolox(query) => "a model with one box per cell and without Ultralytics' metadata is YOLOX",
            { Axis2: EndToEndDecoder.Values, IsComplete: true } when !EndToEndRecognizer.IsGrid(query) =>
                $"{query.Axis1} boxes are not a multiple of the cells of a {query.Width} x {query.Height} input",
            _ => query.GetBoxesMismatch(1),
        };
    }

    public HeadLayout CreateLayout(in HeadQuery query) => query.CreateLayout(query.Axis1, query.Axis2 - YoloV5Decoder.BoxValues);
}

namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Recognises <c>[n, 4 + classes, boxes]</c>, the head of <see cref="YoloV8Decoder"/>.</summary>
internal sealed class YoloV8Recognizer : IHeadRecognizer
{
    public string? GetMismatch(in HeadQuery query) =>
        query.EndToEnd && !query.Forced
            ? "the metadata states that the model is end-to-end"
            : query.GetValuesMismatch(1, YoloV8Decoder.BoxRows) ?? (query.Forced ? null : query.GetBoxesMismatch(2));

    public HeadLayout CreateLayout(in HeadQuery query) =>
        query.CreateLayout(query.Axis2, query.Axis1 - YoloV8Decoder.BoxRows);
}

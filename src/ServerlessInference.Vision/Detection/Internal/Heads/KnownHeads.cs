namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>The heads that the detectors of this package have. docs/architecture/detection.md has the table.</summary>
internal static class KnownHeads
{
    public static HeadDefinition EndToEnd { get; } =
        new(DetectionHead.EndToEnd, "end-to-end [n, boxes, 6]", 0.25f, null, new EndToEndRecognizer(), new EndToEndDecoder());

    public static HeadDefinition YoloV8 { get; } =
        new(DetectionHead.YoloV8, "YOLOv8 [n, 4 + classes, boxes]", 0.25f, 0.7f, new YoloV8Recognizer(), new YoloV8Decoder());

    public static HeadDefinition YoloV5 { get; } =
        new(DetectionHead.YoloV5, "YOLOv5 [n, boxes, 5 + classes]", 0.25f, 0.45f, new YoloV5Recognizer(), new YoloV5Decoder());

    /// <summary>Gets YOLOX whose values tell whether its boxes are in pixels.</summary>
    public static HeadDefinition YoloxOfEitherKind { get; } = CreateYolox(DetectionHead.Yolox, decoded: null);

    public static HeadDefinition Yolox { get; } = CreateYolox(DetectionHead.Yolox, decoded: false);

    public static HeadDefinition YoloxDecoded { get; } = CreateYolox(DetectionHead.YoloxDecoded, decoded: true);

    private static HeadDefinition CreateYolox(DetectionHead head, bool? decoded) =>
        new(head, "YOLOX [n, cells, 5 + classes]", 0.3f, 0.45f, new YoloxRecognizer(), new YoloxDecoder(decoded));
}

namespace ServerlessInference.Vision.Detection;

/// <summary>How a detection model writes its boxes.</summary>
/// <remarks>Boxes are in pixels of the model's input. <c>n</c> is the batch.</remarks>
public enum DetectionHead
{
    /// <summary>Told from output shapes, labels and metadata. The default.</summary>
    Auto,

    /// <summary>
    /// <c>[n, anchors, 5 + classes]</c>: centre x, centre y, width, height, objectness, class scores. YOLOv5, v6, v7. Score: objectness × class.
    /// Defaults: score above 0.25, overlap up to 0.45.
    /// </summary>
    YoloV5,

    /// <summary>
    /// <c>[n, 4 + classes, anchors]</c>: centre x, centre y, width, height, class scores. YOLOv8, v9, v11, v12, and later ones exported without
    /// their end-to-end head. Defaults: score above 0.25, overlap up to 0.7.
    /// </summary>
    YoloV8,

    /// <summary>
    /// <c>[n, boxes, 6]</c>: left, top, right, bottom, score, class. YOLOv10, YOLO26, and exports that suppress by themselves
    /// (<c>nms=True</c>). Defaults: score above 0.25, nothing is suppressed again.
    /// </summary>
    EndToEnd,

    /// <summary>
    /// <c>[n, cells, 5 + classes]</c>: YOLOX's raw grid of strides 8, 16, 32 (and 64), whose centres are offsets from their cell and whose sizes
    /// are logarithms, both in strides. Defaults: score above 0.3, overlap up to 0.45.
    /// </summary>
    Yolox,

    /// <summary>YOLOX exported with <c>--decode_in_inference</c>: as <see cref="Yolox"/>, but in pixels.</summary>
    YoloxDecoded,
}

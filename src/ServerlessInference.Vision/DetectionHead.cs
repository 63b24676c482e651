namespace ServerlessInference.Vision;

/// <summary>The format in which a detection model outputs its boxes.</summary>
/// <remarks>Boxes are in pixels of the model's input. <c>n</c> is the batch size.</remarks>
public enum DetectionHead
{
    /// <summary>The head is detected from output shapes, labels and metadata. The default.</summary>
    Auto,

    /// <summary>
    /// <c>[n, anchors, 5 + classes]</c>: centre x, centre y, width, height, objectness, class scores. Used by YOLOv5, v6 and v7. The
    /// score is objectness × class score. Defaults: score above 0.25, overlap up to 0.45.
    /// </summary>
    YoloV5,

    /// <summary>
    /// <c>[n, 4 + classes, anchors]</c>: centre x, centre y, width, height, class scores. Used by YOLOv8, v9, v11, v12, and by later
    /// versions exported without their end-to-end head. Defaults: score above 0.25, overlap up to 0.7.
    /// </summary>
    YoloV8,

    /// <summary>
    /// <c>[n, boxes, 6]</c>: left, top, right, bottom, score, class. Used by YOLOv10, YOLO26, and exports that include suppression
    /// (<c>nms=True</c>). Defaults: score above 0.25, no further suppression.
    /// </summary>
    EndToEnd,

    /// <summary>
    /// <c>[n, cells, 5 + classes]</c>: the raw grid of YOLOX with strides 8, 16, 32 (and 64). Centres are offsets from their cell and
    /// sizes are logarithms, both in units of the stride. Defaults: score above 0.3, overlap up to 0.45.
    /// </summary>
    Yolox,

    /// <summary>YOLOX exported with <c>--decode_in_inference</c>: like <see cref="Yolox"/>, but with boxes in pixels.</summary>
    YoloxDecoded,
}

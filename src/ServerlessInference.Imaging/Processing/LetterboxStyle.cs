namespace ServerlessInference.Imaging.Processing;

/// <summary>Where a letterboxed image is placed in the tensor, and how its size is rounded.</summary>
public enum LetterboxStyle
{
    /// <summary>In the centre, with the size rounded half to even, as in Ultralytics (YOLOv5 and later).</summary>
    Centered,

    /// <summary>At the top left, with the size rounded down, as in YOLOX.</summary>
    TopLeft,
}

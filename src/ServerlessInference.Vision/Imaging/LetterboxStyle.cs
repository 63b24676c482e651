namespace ServerlessInference.Vision.Imaging;

/// <summary>Where a letterboxed image lies, and how its size is rounded.</summary>
public enum LetterboxStyle
{
    /// <summary>In the middle, its size rounded half to even: Ultralytics (YOLOv5 and later).</summary>
    Centered,

    /// <summary>At the top left, its size rounded down: YOLOX.</summary>
    TopLeft,
}

namespace ServerlessInference.Vision;

/// <summary>The objects that were detected in an image.</summary>
/// <param name="Width">The width in pixels of the image as it is displayed, after its EXIF orientation is applied.</param>
/// <param name="Height">The height in pixels of the image as it is displayed.</param>
/// <param name="Detections">
/// The objects in descending order of score; objects with equal scores are in the order of the model's output. Empty if there are none.
/// </param>
public sealed record ObjectDetection(int Width, int Height, IReadOnlyList<DetectedObject> Detections);

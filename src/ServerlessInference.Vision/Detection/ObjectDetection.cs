namespace ServerlessInference.Vision.Detection;

/// <summary>What was found in an image.</summary>
/// <param name="Width">The width of the image as it is displayed (after its EXIF orientation), in pixels.</param>
/// <param name="Height">The height of the image as it is displayed, in pixels.</param>
/// <param name="Detections">The objects by falling score; of equal scores the one that the model gave first. Empty where there is none.</param>
public sealed record ObjectDetection(int Width, int Height, IReadOnlyList<DetectedObject> Detections);

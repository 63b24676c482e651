namespace ServerlessInference.Vision;

/// <summary>An object that was detected in an image.</summary>
/// <param name="Index">The index of the class, starting at 0.</param>
/// <param name="Label">The name of the class, or its index if the model has no class names.</param>
/// <param name="Score">The confidence of the model, 0 to 1.</param>
/// <param name="Box">The position of the object, in pixels of the original image.</param>
public sealed record DetectedObject(int Index, string Label, float Score, BoundingBox Box);

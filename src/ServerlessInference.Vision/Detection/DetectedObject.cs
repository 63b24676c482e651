namespace ServerlessInference.Vision.Detection;

/// <summary>An object that was found in an image.</summary>
/// <param name="Index">The class's index, from 0.</param>
/// <param name="Label">The class's name; its index where the model has no names.</param>
/// <param name="Score">How sure the model is: 0 to 1.</param>
/// <param name="Box">Where it is, in pixels of the original image.</param>
public sealed record DetectedObject(int Index, string Label, float Score, BoundingBox Box);

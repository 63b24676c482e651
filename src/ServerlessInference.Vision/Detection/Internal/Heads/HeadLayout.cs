namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>The sizes that a decoder needs for one shape of the output.</summary>
/// <param name="Boxes">The number of boxes per image.</param>
/// <param name="Classes">The number of classes; 0 if it does not follow from the shape.</param>
/// <param name="Height">The height of the model's input in pixels.</param>
/// <param name="Width">The width of the model's input in pixels.</param>
internal readonly record struct HeadLayout(int Boxes, int Classes, int Height, int Width);

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>The sizes that a decoder works with, for one shape of output.</summary>
/// <param name="Boxes">The number of boxes of one image.</param>
/// <param name="Classes">The number of classes; 0 where the head does not tell.</param>
/// <param name="Height">The height of the model's input in pixels.</param>
/// <param name="Width">The width of the model's input in pixels.</param>
internal readonly record struct HeadLayout(int Boxes, int Classes, int Height, int Width);

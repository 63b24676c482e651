namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>The sizes that a decoder needs for one shape of the output.</summary>
/// <param name="Boxes">The number of boxes per image.</param>
/// <param name="Classes">The number of classes; 0 if it does not follow from the shape.</param>
/// <param name="Height">The height of the model's input in pixels.</param>
/// <param name="Width">The width of the model's input in pixels.</param>
/// <param name="FurtherValues">The number of values of a box after its class scores, such as mask coefficients.</param>
internal readonly record struct HeadLayout(int Boxes, int Classes, int Height, int Width, int FurtherValues = 0);

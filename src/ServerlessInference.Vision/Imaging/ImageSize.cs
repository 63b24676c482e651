namespace ServerlessInference.Vision.Imaging;

/// <summary>The size of an image or of an image tensor.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
public readonly record struct ImageSize(int Width, int Height);

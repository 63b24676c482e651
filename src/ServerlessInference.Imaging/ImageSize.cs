namespace ServerlessInference.Imaging;

/// <summary>The size of an image or of an image tensor.</summary>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
public readonly record struct ImageSize(int Width, int Height);

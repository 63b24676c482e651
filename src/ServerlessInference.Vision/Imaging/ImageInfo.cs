namespace ServerlessInference.Vision.Imaging;

/// <summary>What an image's header says, before any pixel is decoded.</summary>
/// <param name="Format">The file format.</param>
/// <param name="Width">Width in pixels as displayed, after the orientation is applied.</param>
/// <param name="Height">Height in pixels as displayed, after the orientation is applied.</param>
/// <param name="Orientation">The EXIF orientation, 1 to 8; 1 where there is none.</param>
public readonly record struct ImageInfo(ImageFormat Format, int Width, int Height, int Orientation);

namespace ServerlessInference.Imaging;

/// <summary>The information in the header of an image, available before any pixel is decoded.</summary>
/// <param name="Format">The file format.</param>
/// <param name="Width">The width in pixels as displayed, after the orientation is applied.</param>
/// <param name="Height">The height in pixels as displayed, after the orientation is applied.</param>
/// <param name="Orientation">The EXIF orientation, 1 to 8; 1 if the image states none.</param>
public readonly record struct ImageInfo(ImageFormat Format, int Width, int Height, int Orientation);

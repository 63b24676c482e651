namespace ServerlessInference.Imaging.Processing;

/// <summary>The size of a source image, the size to which it is resized, and the part of the result that is needed.</summary>
internal readonly record struct PixelRegion(
    int SourceWidth, int SourceHeight, int ResizedWidth, int ResizedHeight, int Left, int Top, int Width, int Height)
{
    public static PixelRegion Whole(ImageBuffer source, int width, int height) =>
        new(source.Width, source.Height, width, height, 0, 0, width, height);
}

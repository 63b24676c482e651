using ServerlessInference.Vision.Imaging.Resizing.Internal;

namespace ServerlessInference.Vision.Imaging.Resizing;

/// <summary>Resizes images, bit-identically to Pillow, or as OpenCV's <c>INTER_LINEAR</c> does.</summary>
/// <remarks>
/// <para>Keeps its memory and its weights for the next image: with images of recurring sizes nothing is allocated.</para>
/// <para>Not thread-safe; one for each thread, or <see cref="ImageTensorizer"/>, which is thread-safe.</para>
/// <para>Source: Pillow 9.4 and OpenCV 4.6, see docs/architecture/imaging.md.</para>
/// </remarks>
public sealed class ImageResizer
{
    private readonly ResamplerSet _resamplers = new(VectorPaths.Best);

    /// <summary>Resizes an image.</summary>
    /// <param name="source">The image, not empty.</param>
    /// <param name="destination">Takes the result and its size; another image than <paramref name="source"/>.</param>
    /// <param name="width">Pixels, above 0.</param>
    /// <param name="height">Pixels, above 0.</param>
    /// <param name="filter">How pixels are weighed.</param>
    /// <exception cref="ArgumentException">The source is empty or also the destination.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side is not above 0.</exception>
    public void Resize(ImageBuffer source, ImageBuffer destination, int width, int height, ResizeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        Run(source, destination, PixelRegion.Whole(source, width, height), filter);
    }

    /// <summary>Resizes an image and cuts a part out of the result, without making the rest.</summary>
    /// <param name="source">The image, not empty.</param>
    /// <param name="destination">Takes the part and its size; another image than <paramref name="source"/>.</param>
    /// <param name="width">The width of the whole result in pixels, above 0.</param>
    /// <param name="height">The height of the whole result in pixels, above 0.</param>
    /// <param name="crop">The part, in pixels of the whole result.</param>
    /// <param name="filter">How pixels are weighed.</param>
    /// <exception cref="ArgumentException">The source is empty or also the destination.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side is not above 0, or the part is not within the result.</exception>
    public void Resize(ImageBuffer source, ImageBuffer destination, int width, int height, PixelRectangle crop, ResizeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (crop.Left < 0 || crop.Top < 0 || crop.Width <= 0 || crop.Height <= 0
            || (long)crop.Left + crop.Width > width || (long)crop.Top + crop.Height > height)
        {
            throw new ArgumentOutOfRangeException(nameof(crop), crop, $"The part must lie within the result, {width} x {height} pixels.");
        }

        Run(
            source,
            destination,
            new PixelRegion(source.Width, source.Height, width, height, crop.Left, crop.Top, crop.Width, crop.Height),
            filter);
    }

    private void Run(ImageBuffer source, ImageBuffer destination, in PixelRegion region, ResizeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (source.Width == 0 || source.Height == 0)
        {
            throw new ArgumentException("The image is empty. Decode an image into it first.", nameof(source));
        }

        if (ReferenceEquals(source, destination))
        {
            throw new ArgumentException("An image cannot be resized into itself. Give another buffer.", nameof(destination));
        }

        destination.Resize(region.Width, region.Height);
        RowResampler resampler = _resamplers.Select(region, filter);
        resampler.Begin(source, region);
        try
        {
            for (int y = 0; y < region.Height; y++)
            {
                resampler.ReadRow(y, destination.Row(y));
            }
        }
        finally
        {
            resampler.End();
        }
    }
}

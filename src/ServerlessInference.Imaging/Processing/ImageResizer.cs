namespace ServerlessInference.Imaging.Processing;

/// <summary>Resizes images with results that equal those of Pillow, or of OpenCV's <c>INTER_LINEAR</c>, bit for bit.</summary>
/// <remarks>
/// <para>Working memory and filter weights are reused, so that resizing images of recurring sizes allocates nothing.</para>
/// <para>Not thread-safe. Use one instance per thread, or <see cref="ImageTensorizer"/>, which is thread-safe.</para>
/// <para>Source: Pillow 9.4 and OpenCV 4.6, see docs/architecture/imaging.md.</para>
/// </remarks>
/// <example>
/// <code>
/// var resizer = new ImageResizer();
/// var thumbnail = new ImageBuffer();
/// resizer.Resize(image, thumbnail, 320, 240, ResizeFilter.Bicubic);
/// </code>
/// </example>
public sealed class ImageResizer
{
    private readonly ResamplerSet _resamplers = new(VectorPaths.Best);

    /// <summary>Resizes an image.</summary>
    /// <param name="source">The image, which must not be empty.</param>
    /// <param name="destination">Receives the result and its size. Must not be <paramref name="source"/>.</param>
    /// <param name="width">The width of the result in pixels, above 0.</param>
    /// <param name="height">The height of the result in pixels, above 0.</param>
    /// <param name="filter">The filter that weights the pixels.</param>
    /// <exception cref="ArgumentException">The source is empty or is also the destination.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side is 0 or negative.</exception>
    public void Resize(ImageBuffer source, ImageBuffer destination, int width, int height, ResizeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        Run(source, destination, PixelRegion.Whole(source, width, height), filter);
    }

    /// <summary>Resizes an image and crops the result. Only the cropped part is computed.</summary>
    /// <param name="source">The image, which must not be empty.</param>
    /// <param name="destination">Receives the cropped part and its size. Must not be <paramref name="source"/>.</param>
    /// <param name="width">The width of the whole result in pixels, above 0.</param>
    /// <param name="height">The height of the whole result in pixels, above 0.</param>
    /// <param name="crop">The part to keep, in pixels of the whole result.</param>
    /// <param name="filter">The filter that weights the pixels.</param>
    /// <exception cref="ArgumentException">The source is empty or is also the destination.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side is 0 or negative, or the crop is not within the result.</exception>
    public void Resize(ImageBuffer source, ImageBuffer destination, int width, int height, PixelRectangle crop, ResizeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (crop.Left < 0 || crop.Top < 0 || crop.Width <= 0 || crop.Height <= 0
            || (long)crop.Left + crop.Width > width || (long)crop.Top + crop.Height > height)
        {
            throw new ArgumentOutOfRangeException(nameof(crop), crop, $"The crop must be within the result of {width} x {height} pixels.");
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
            throw new ArgumentException("An image cannot be resized into itself. Pass a different buffer.", nameof(destination));
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

using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging;

/// <summary>A reusable image of interleaved 8-bit RGB pixels. Rows have no padding, and the top row comes first.</summary>
/// <remarks>
/// <para>Keep a buffer and reuse it: <see cref="Resize"/> allocates only if an image is larger than every image before it.</para>
/// <para>Not thread-safe. Spans of the buffer are valid until the next call of <see cref="Resize"/>.</para>
/// </remarks>
public sealed class ImageBuffer
{
    /// <summary>The number of bytes per pixel: red, green, blue.</summary>
    public const int Channels = 3;

    private byte[] _pixels = [];

    /// <summary>Creates an empty image of 0 by 0 pixels.</summary>
    public ImageBuffer()
    {
    }

    /// <summary>Creates an image of the given size. Its pixels are undefined until they are written.</summary>
    /// <param name="width">The width in pixels, above 0.</param>
    /// <param name="height">The height in pixels, above 0.</param>
    public ImageBuffer(int width, int height) => Resize(width, height);

    /// <summary>Gets the width in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Gets the height in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Gets the number of bytes per row: <c>3 × Width</c>.</summary>
    public int Stride => Width * Channels;

    /// <summary>Gets the pixels: <c>Height</c> rows of <c>Width</c> pixels, each red, green, blue.</summary>
    public Span<byte> Pixels => _pixels.AsSpan(0, Stride * Height);

    /// <summary>Changes the size of the image. Its pixels are undefined until they are written.</summary>
    /// <param name="width">The width in pixels, above 0.</param>
    /// <param name="height">The height in pixels, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is 0 or negative, or the image would need 2 GiB or more.</exception>
    public void Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        long length = (long)width * height * Channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Array.MaxLength, nameof(height));
        if (_pixels.Length < length)
        {
            _pixels = GC.AllocateUninitializedArray<byte>((int)length);
        }

        Width = width;
        Height = height;
    }

    /// <summary>Gets one row: <c>Width</c> pixels, each red, green, blue.</summary>
    /// <param name="y">The index of the row, 0 at the top.</param>
    /// <returns>The bytes of the row.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Row(int y)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
        return _pixels.AsSpan(y * Stride, Stride);
    }
}

using System.Runtime.CompilerServices;

namespace ServerlessInference.Vision.Imaging;

/// <summary>A reusable image of 8-bit RGB pixels, interleaved, rows without padding, top row first.</summary>
/// <remarks>
/// <para>Made to be kept and used again: <see cref="Resize"/> only allocates where an image needs more room than any before it.</para>
/// <para>Not thread-safe. The caller owns it; spans of it are valid until the next <see cref="Resize"/>.</para>
/// </remarks>
public sealed class ImageBuffer
{
    /// <summary>Bytes per pixel: red, green, blue.</summary>
    public const int Channels = 3;

    private byte[] _pixels = [];

    /// <summary>Creates an empty image, 0 by 0.</summary>
    public ImageBuffer()
    {
    }

    /// <summary>Creates an image of a size. Its pixels are undefined until written.</summary>
    /// <param name="width">Pixels, above 0.</param>
    /// <param name="height">Pixels, above 0.</param>
    public ImageBuffer(int width, int height) => Resize(width, height);

    /// <summary>Gets the width in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Gets the height in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Gets the bytes of one row: <c>3 × Width</c>.</summary>
    public int Stride => Width * Channels;

    /// <summary>Gets the pixels: <c>Height</c> rows of <c>Width</c> times red, green, blue.</summary>
    public Span<byte> Pixels => _pixels.AsSpan(0, Stride * Height);

    /// <summary>Gives the image another size. Its pixels are undefined until written.</summary>
    /// <param name="width">Pixels, above 0.</param>
    /// <param name="height">Pixels, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is not above 0, or the image would need 2 GiB or more.</exception>
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

    /// <summary>Gets one row: <c>Width</c> times red, green, blue.</summary>
    /// <param name="y">The row, from 0 at the top.</param>
    /// <returns>The row's bytes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Row(int y)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
        return _pixels.AsSpan(y * Stride, Stride);
    }
}

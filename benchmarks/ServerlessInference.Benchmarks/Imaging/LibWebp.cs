using System.Runtime.InteropServices;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>libwebp through its simple interface: one thread, fancy upsampling.</summary>
internal static unsafe partial class LibWebp
{
    private const string Library = "libwebp.so.7";

    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(LibWebp).Assembly, null, out _);

    /// <summary>Encodes pixels.</summary>
    /// <param name="pixels">Red, green and blue, row by row.</param>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="quality">0 to 100, or <see langword="null"/> for a lossless file.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, float? quality)
    {
        fixed (byte* rgb = pixels)
        {
            nuint size = quality is { } lossy
                ? EncodeRgb(rgb, width, height, width * 3, lossy, out byte* encoded)
                : EncodeLosslessRgb(rgb, width, height, width * 3, out encoded);
            if (size == 0)
            {
                throw new InvalidOperationException("libwebp could not encode the image.");
            }

            byte[] file = new ReadOnlySpan<byte>(encoded, checked((int)size)).ToArray();
            Free(encoded);
            return file;
        }
    }

    public static void Decode(byte[] encoded, byte[] target, int stride)
    {
        fixed (byte* data = encoded)
        fixed (byte* pixels = target)
        {
            if (DecodeRgbInto(data, (nuint)encoded.Length, pixels, (nuint)target.Length, stride) == null)
            {
                throw new InvalidOperationException("libwebp could not decode the image.");
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "WebPDecodeRGBInto")]
    private static partial byte* DecodeRgbInto(byte* data, nuint size, byte* target, nuint targetSize, int stride);

    [LibraryImport(Library, EntryPoint = "WebPEncodeRGB")]
    private static partial nuint EncodeRgb(byte* rgb, int width, int height, int stride, float quality, out byte* output);

    [LibraryImport(Library, EntryPoint = "WebPEncodeLosslessRGB")]
    private static partial nuint EncodeLosslessRgb(byte* rgb, int width, int height, int stride, out byte* output);

    [LibraryImport(Library, EntryPoint = "WebPFree")]
    private static partial void Free(byte* memory);
}

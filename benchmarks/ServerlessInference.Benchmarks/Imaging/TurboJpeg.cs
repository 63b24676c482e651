using System.Runtime.InteropServices;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>libjpeg-turbo through its TurboJPEG interface, with the defaults: integer transform, triangle filters.</summary>
internal sealed unsafe partial class TurboJpeg : IDisposable
{
    private const string Library = "libturbojpeg.so.0";
    private const int Rgb = 0;

    private nint _handle = InitDecompress();

    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(TurboJpeg).Assembly, null, out _);

    public byte[] Decode(byte[] encoded, int denominator, byte[]? target)
    {
        fixed (byte* data = encoded)
        {
            Check(DecompressHeader(_handle, data, (nuint)encoded.Length, out int width, out int height, out _, out _));
            int scaledWidth = (width + denominator - 1) / denominator;
            int scaledHeight = (height + denominator - 1) / denominator;
            target ??= GC.AllocateUninitializedArray<byte>(scaledWidth * scaledHeight * 3);
            fixed (byte* pixels = target)
            {
                Check(Decompress(_handle, data, (nuint)encoded.Length, pixels, scaledWidth, 0, scaledHeight, Rgb, 0));
            }
        }

        return target;
    }

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = Destroy(_handle);
            _handle = 0;
        }
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException("libjpeg-turbo could not decode the image.");
        }
    }

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    private static partial nint InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    private static partial int DecompressHeader(
        nint handle, byte* data, nuint size, out int width, out int height, out int subsampling, out int colorSpace);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    private static partial int Decompress(
        nint handle, byte* data, nuint size, byte* target, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint handle);
}

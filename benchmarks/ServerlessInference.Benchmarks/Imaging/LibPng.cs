using System.Runtime.InteropServices;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>libpng 1.6 through its simplified interface, with the system's zlib.</summary>
internal static unsafe partial class LibPng
{
    private const string Library = "libpng16.so.16";
    private const uint Version = 1;
    private const uint FormatRgb = 2;

    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(LibPng).Assembly, null, out _);

    public static void Decode(byte[] encoded, byte[] target)
    {
        var image = new Image { Version = Version };
        fixed (byte* data = encoded)
        fixed (byte* pixels = target)
        {
            Check(BeginRead(&image, data, (nuint)encoded.Length));
            image.Format = FormatRgb;
            Check(FinishRead(&image, null, pixels, 0, null));
        }
    }

    private static void Check(int result)
    {
        if (result == 0)
        {
            throw new InvalidOperationException("libpng could not decode the image.");
        }
    }

    [LibraryImport(Library, EntryPoint = "png_image_begin_read_from_memory")]
    private static partial int BeginRead(Image* image, byte* data, nuint size);

    [LibraryImport(Library, EntryPoint = "png_image_finish_read")]
    private static partial int FinishRead(Image* image, void* background, byte* target, int stride, void* colorMap);

    // png_image of png.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Image
    {
        public nint Opaque;
        public uint Version;
        public uint Width;
        public uint Height;
        public uint Format;
        public uint Flags;
        public uint ColorMapEntries;
        public uint WarningOrError;
        public fixed byte Message[64];
    }
}

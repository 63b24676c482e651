using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>ImageSharp with the four decoders that the adapter uses, and a limit on what it may allocate.</summary>
/// <remarks>
/// Never the configuration that the process shares: its decoders could not be set without changing them for the application as well
/// (a clone keeps the same decoders). Metadata is not read: profiles cost time, and nobody looks at them.
/// </remarks>
internal static class ImageSharpConfiguration
{
    /// <summary>Pixels as ImageSharp keeps them (4 bytes), and as much again for what a decoder needs beside them.</summary>
    private const int BytesPerPixel = 8;

    private const int BytesPerMegabyte = 1024 * 1024;

    /// <summary>
    /// Keeps a type in native code that ImageSharp creates by reflection for every TIFF (Enum.GetValues), which otherwise fails there.
    /// </summary>
    private static readonly ExifDataType[] CreatedByReflection = [ExifDataType.Unknown];

    /// <summary>Creates a configuration.</summary>
    /// <param name="maxPixels">The most pixels that an image may have.</param>
    /// <returns>The configuration, which may be used by several threads.</returns>
    public static Configuration Create(long maxPixels)
    {
        var configuration = new Configuration(
            new BmpConfigurationModule(), new GifConfigurationModule(), new TiffConfigurationModule(), new WebpConfigurationModule());
        configuration.ImageFormatsManager.SetDecoder(
            BmpFormat.Instance, new BmpDecoder { RleSkippedPixelHandling = RleSkippedPixelHandling.FirstColorOfPalette });
        configuration.ImageFormatsManager.SetDecoder(
            GifFormat.Instance, new GifDecoder { DecodingMode = FrameDecodingMode.First, IgnoreMetadata = true });
        configuration.ImageFormatsManager.SetDecoder(
            TiffFormat.Instance, new TiffDecoder { DecodingMode = FrameDecodingMode.First, IgnoreMetadata = true });
        configuration.ImageFormatsManager.SetDecoder(WebpFormat.Instance, new WebpDecoder { IgnoreMetadata = true });
        GC.KeepAlive(CreatedByReflection);
        configuration.MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions
        {
            AllocationLimitMegabytes = (int)Math.Min((maxPixels * BytesPerPixel / BytesPerMegabyte) + 1, int.MaxValue),
        });
        return configuration;
    }
}

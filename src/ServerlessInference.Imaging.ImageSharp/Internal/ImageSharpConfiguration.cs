using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Configures ImageSharp with the four decoders that the adapter uses, and with a limit on its allocations.</summary>
/// <remarks>
/// This is never the configuration that the process shares: setting its decoders would change them for the application as well (a clone
/// keeps the same decoders). Metadata is not read, because profiles cost time and are not used.
/// </remarks>
internal static class ImageSharpConfiguration
{
    /// <summary>A pixel of ImageSharp has 4 bytes. As much again is allowed for the working memory of a decoder.</summary>
    private const int BytesPerPixel = 8;

    private const int BytesPerMegabyte = 1024 * 1024;

    /// <summary>
    /// Preserves a type that ImageSharp creates by reflection for every TIFF (Enum.GetValues). Native programs would otherwise fail there.
    /// </summary>
    private static readonly ExifDataType[] CreatedByReflection = [ExifDataType.Unknown];

    /// <summary>Creates a configuration.</summary>
    /// <param name="maxPixels">The maximum number of pixels of an image.</param>
    /// <returns>The configuration. It is thread-safe.</returns>
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

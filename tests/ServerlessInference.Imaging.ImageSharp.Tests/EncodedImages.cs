using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Tiff.Constants;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace ServerlessInference.Imaging.ImageSharp.Tests;

/// <summary>Files of every format and kind that the adapter reads, made with ImageSharp's encoders.</summary>
internal static class EncodedImages
{
    /// <summary>Gets three by two pixels: red, green, blue; white, black, yellow.</summary>
    public static Image<Rgba32> CreateSmall()
    {
        var image = new Image<Rgba32>(3, 2);
        Rgba32[] pixels =
        [
            new(255, 0, 0), new(0, 255, 0), new(0, 0, 255),
            new(255, 255, 255), new(0, 0, 0), new(255, 255, 0),
        ];
        for (int i = 0; i < pixels.Length; i++)
        {
            image[i % 3, i / 3] = pixels[i];
        }

        return image;
    }

    public static byte[] Encode(Image<Rgba32> image, string kind)
    {
        using var stream = new MemoryStream();
        switch (kind)
        {
            case "bmp":
                image.SaveAsBmp(stream);
                break;
            case "bmp palette":
                image.SaveAsBmp(stream, new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel8 });
                break;
            case "gif":
                image.SaveAsGif(stream, new GifEncoder());
                break;
            case "tiff":
                image.SaveAsTiff(stream);
                break;
            case "tiff deflate":
                image.SaveAsTiff(
                    stream, new TiffEncoder { Compression = TiffCompression.Deflate, HorizontalPredictor = TiffPredictor.Horizontal });
                break;
            case "tiff lzw":
                image.SaveAsTiff(stream, new TiffEncoder { Compression = TiffCompression.Lzw });
                break;
            case "tiff packbits":
                image.SaveAsTiff(stream, new TiffEncoder { Compression = TiffCompression.PackBits });
                break;
            case "tiff fax":
                image.SaveAsTiff(stream, new TiffEncoder { Compression = TiffCompression.CcittGroup4Fax });
                break;
            case "webp":
                image.SaveAsWebp(stream, new WebpEncoder { FileFormat = WebpFileFormatType.Lossless });
                break;
            case "webp lossy":
                image.SaveAsWebp(stream, new WebpEncoder { FileFormat = WebpFileFormatType.Lossy });
                break;
            case "tga":
                image.SaveAsTga(stream);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "is not a kind of image.");
        }

        return stream.ToArray();
    }

    /// <summary>Gets a file of every kind, of a noisy image with transparent parts, and some with EXIF data.</summary>
    public static IEnumerable<byte[]> CreateAll()
    {
        using var image = new Image<Rgba32>(37, 29);
        var random = new Random(3);
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            int x = i % image.Width;
            int y = i / image.Width;
            image[x, y] = new Rgba32((byte)(x * 7), (byte)(y * 8), (byte)random.Next(256), (byte)(x < 30 ? 255 : random.Next(256)));
        }

        string[] kinds =
            ["bmp", "bmp palette", "gif", "tiff", "tiff deflate", "tiff lzw", "tiff packbits", "tiff fax", "webp", "webp lossy"];
        foreach (string kind in kinds)
        {
            yield return Encode(image, kind);
        }

        image.Metadata.ExifProfile = new ExifProfile();
        image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)6);
        foreach (string kind in (string[])["webp", "webp lossy"])
        {
            yield return Encode(image, kind);
        }
    }
}

using ServerlessInference.Vision.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace ServerlessInference.Vision.ImageSharp.Tests;

public sealed class ImageSharpDecoderTests
{
    private readonly ImageSharpDecoder _decoder = new();
    private readonly ImageBuffer _buffer = new();

    [Theory]
    [InlineData("bmp")]
    [InlineData("gif")]
    [InlineData("tiff")]
    [InlineData("webp")]
    [InlineData("qoi")]
    public void Decode_LosslessFormat_GivesItsPixels(string format)
    {
        byte[] encoded = Encode(CreateImage(), format);

        new ImageDecoder([_decoder]).Decode(encoded, new ImageDecodeOptions(), _buffer);

        Assert.Equal((3, 2), (_buffer.Width, _buffer.Height));
        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 0, 255], _buffer.Row(0).ToArray());
        Assert.Equal([255, 255, 255, 0, 0, 0, 255, 255, 0], _buffer.Row(1).ToArray());
    }

    [Fact]
    public void Decode_OrientationInExif_IsApplied()
    {
        using Image<Rgba32> image = CreateImage();
        image.Metadata.ExifProfile = new ExifProfile();
        image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)6);

        _decoder.Decode(Encode(image, "webp"), new ImageDecodeOptions(), _buffer);

        Assert.Equal((2, 3), (_buffer.Width, _buffer.Height));
        Assert.Equal([255, 255, 255, 255, 0, 0], _buffer.Row(0).ToArray());
    }

    [Fact]
    public void Decode_AlphaComposed_BlendsWithTheBackground()
    {
        using var image = new Image<Rgba32>(1, 1, new Rgba32(200, 100, 0, 0));

        _decoder.Decode(Encode(image, "webp"), new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0x102030 }, _buffer);

        Assert.Equal([0x10, 0x20, 0x30], _buffer.Row(0).ToArray());
    }

    [Fact]
    public void Decode_MorePixelsThanAllowed_IsTooLarge()
    {
        byte[] encoded = Encode(CreateImage(), "bmp");

        var exception = Assert.Throws<InvalidInputException>(() => _decoder.Decode(encoded, new ImageDecodeOptions { MaxPixels = 5 }, _buffer));

        Assert.Equal(InvalidInputKind.TooLarge, exception.Kind);
        Assert.Contains("3 x 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_DamagedImage_IsMalformed()
    {
        byte[] encoded = Encode(CreateImage(), "webp")[..24];

        var exception = Assert.Throws<InvalidInputException>(() => _decoder.Decode(encoded, new ImageDecodeOptions(), _buffer));

        Assert.Equal(InvalidInputKind.Malformed, exception.Kind);
    }

    [Fact]
    public void Decode_NoImage_IsUnsupported()
    {
        var exception = Assert.Throws<InvalidInputException>(() => _decoder.Decode("no image at all"u8, new ImageDecodeOptions(), _buffer));

        Assert.Equal(InvalidInputKind.UnsupportedFormat, exception.Kind);
    }

    private static Image<Rgba32> CreateImage()
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

    private static byte[] Encode(Image<Rgba32> image, string format)
    {
        using var stream = new MemoryStream();
        switch (format)
        {
            case "bmp":
                image.SaveAsBmp(stream);
                break;
            case "gif":
                image.SaveAsGif(stream);
                break;
            case "tiff":
                image.SaveAsTiff(stream);
                break;
            case "qoi":
                image.SaveAsTga(stream);
                break;
            default:
                image.SaveAsWebp(stream, new SixLabors.ImageSharp.Formats.Webp.WebpEncoder { FileFormat = SixLabors.ImageSharp.Formats.Webp.WebpFileFormatType.Lossless });
                break;
        }

        return stream.ToArray();
    }
}

using Moq;
using ServerlessInference.Imaging.Tests.Formats.Bmp;
using ServerlessInference.Imaging.Tests.Formats.Gif;
using ServerlessInference.Imaging.Tests.Formats.Jpeg;
using ServerlessInference.Imaging.Tests.Formats.Webp;

namespace ServerlessInference.Imaging.Tests;

public sealed class ImageDecoderTests
{
    private static readonly byte[] TiffHead = Convert.FromHexString("49492A0008000000");

    [Fact]
    public void Decode_FormatWithoutADecoder_NamesTheFormatAndTheRemedy()
    {
        var exception = Assert.Throws<InvalidImageException>(
            () => new ImageDecoder().Decode(TiffHead, new ImageDecodeOptions(), new ImageBuffer()));

        Assert.Equal(InvalidImageKind.UnsupportedFormat, exception.Kind);
        Assert.Contains("Tiff", exception.Message, StringComparison.Ordinal);
        Assert.Contains("ServerlessInference.Imaging.ImageSharp", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("heic", "Heic")]
    [InlineData("avif", "Avif")]
    public void Decode_FormatOfPhones_RecommendsSomethingThatReadsIt(string brand, string format)
    {
        byte[] head = [0, 0, 0, 24, .. "ftyp"u8, .. System.Text.Encoding.ASCII.GetBytes(brand), 0, 0, 0, 0, .. "mif1"u8, .. "miaf"u8];

        var exception = Assert.Throws<InvalidImageException>(() => new ImageDecoder().Identify(head));

        Assert.Equal(
            $"The image is a {format} file; the supported formats are Jpeg, Png, Webp, Gif, Bmp. Send one of these, or add a decoder " +
            $"of your own (IImageDecoder) that calls the NuGet package Magick.NET-Q8-AnyCPU, which reads {format}.",
            exception.Message);
    }

    [Fact]
    public void Decode_EachFormat_IsFoundByItsSignature()
    {
        (ImageFormat Format, byte[] File)[] files =
        [
            (ImageFormat.Jpeg, JpegFiles.Read(JpegFiles.Names.First())),
            (ImageFormat.Png, PngEncoder.Encode(TestImage.Create(3, 2))),
            (ImageFormat.Webp, WebpFiles.Lossless(3, 2, 1)),
            (ImageFormat.Gif, GifFiles.Create((3, 2), (0, 0, 3, 2), [1, 2, 3, 4, 5, 6])),
            (ImageFormat.Bmp, BmpFiles.Create(3, 2, 24, new byte[24])),
        ];
        var decoder = new ImageDecoder();
        foreach ((ImageFormat format, byte[] file) in files)
        {
            var image = new ImageBuffer();
            decoder.Decode(file, new ImageDecodeOptions(), image);

            Assert.True(decoder.CanDecode(format));
            Assert.Equal(new ImageInfo(format, image.Width, image.Height, ExifOrientation.Normal), decoder.Identify(file));
            Assert.InRange(decoder.EstimateMemory(file), image.Pixels.Length, image.Pixels.Length * 3);
        }
    }

    [Fact]
    public void Identify_UnknownFormat_ListsSupportedFormats()
    {
        var exception = Assert.Throws<InvalidImageException>(() => new ImageDecoder().Identify("hello, world"u8));

        Assert.Equal(InvalidImageKind.UnsupportedFormat, exception.Kind);
        Assert.Contains("Png", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hello", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_NoBytes_IsMalformed()
    {
        var exception = Assert.Throws<InvalidImageException>(
            () => new ImageDecoder().Decode([], new ImageDecodeOptions(), new ImageBuffer()));

        Assert.Equal(InvalidImageKind.Damaged, exception.Kind);
    }

    [Fact]
    public void Decode_MoreBytesThanAllowed_IsTooLarge()
    {
        var options = new ImageDecodeOptions { MaxEncodedBytes = 10 };
        var exception = Assert.Throws<InvalidImageException>(() => new ImageDecoder().Decode(new byte[11], options, new ImageBuffer()));

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
        Assert.Contains(nameof(ImageDecodeOptions.MaxEncodedBytes), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CanDecode_FurtherDecoder_AddsItsFormat()
    {
        var tiff = new Mock<IImageDecoder>();
        tiff.Setup(decoder => decoder.CanDecode(ImageFormat.Tiff)).Returns(true);
        var decoder = new ImageDecoder([tiff.Object]);

        Assert.True(decoder.CanDecode(ImageFormat.Tiff));
        Assert.True(decoder.CanDecode(ImageFormat.Png));
        Assert.False(decoder.CanDecode(ImageFormat.Heic));
    }

    [Fact]
    public void Decode_FormatOfThisPackage_IgnoresFurtherDecoders()
    {
        var further = new Mock<IImageDecoder>(MockBehavior.Strict);
        var image = new ImageBuffer();
        new ImageDecoder([further.Object]).Decode(PngEncoder.Encode(TestImage.Create(3, 2)), new ImageDecodeOptions(), image);

        Assert.Equal((3, 2), (image.Width, image.Height));
    }
}

using System.Text;

namespace ServerlessInference.Imaging.Tests;

public sealed class ImageFormatDetectorTests
{
    [Theory]
    [InlineData("FFD8FFE000104A464946", ImageFormat.Jpeg)]
    [InlineData("89504E470D0A1A0A0000", ImageFormat.Png)]
    [InlineData("52494646240000005745425056503820", ImageFormat.Webp)]
    [InlineData("474946383961", ImageFormat.Gif)]
    [InlineData("474946383761", ImageFormat.Gif)]
    [InlineData("49492A00", ImageFormat.Tiff)]
    [InlineData("4D4D002A", ImageFormat.Tiff)]
    [InlineData("424D36000000000000003600", ImageFormat.Unknown)]
    [InlineData("424D360000000000000036000000", ImageFormat.Bmp)]
    [InlineData("424D36000000010000003600000028000000", ImageFormat.Bmp)]
    [InlineData("424D36000000010000003600000029000000", ImageFormat.Unknown)]
    [InlineData("FFD8", ImageFormat.Unknown)]
    [InlineData("89504E470D0A1A", ImageFormat.Unknown)]
    [InlineData("", ImageFormat.Unknown)]
    public void Detect_Signature_ReturnsFormat(string bytes, ImageFormat format) =>
        Assert.Equal(format, ImageFormatDetector.Detect(Convert.FromHexString(bytes)));

    [Theory]
    [InlineData("ftypavif\0\0\0\0mif1", ImageFormat.Avif)]
    [InlineData("ftypmif1\0\0\0\0avifmiaf", ImageFormat.Avif)]
    [InlineData("ftypheic\0\0\0\0mif1heic", ImageFormat.Heic)]
    [InlineData("ftypmif1\0\0\0\0heic", ImageFormat.Heic)]
    [InlineData("ftypisom\0\0\0\0mp41", ImageFormat.Unknown)]
    public void Detect_IsoMediaBrands_ReturnFormat(string box, ImageFormat format) =>
        Assert.Equal(format, ImageFormatDetector.Detect([0, 0, 0, (byte)(box.Length + 4), .. Encoding.Latin1.GetBytes(box)]));

    [Fact]
    public void Detect_TextThatStartsLikeABitmap_IsUnknown() =>
        Assert.Equal(ImageFormat.Unknown, ImageFormatDetector.Detect("BMW makes cars and motorcycles"u8));

    [Fact]
    public void Detect_BoxShorterThanItsBrands_DoesNotReadPastIt() =>
        Assert.Equal(ImageFormat.Unknown, ImageFormatDetector.Detect([0, 0, 0, 9, .. "ftypavif"u8]));
}

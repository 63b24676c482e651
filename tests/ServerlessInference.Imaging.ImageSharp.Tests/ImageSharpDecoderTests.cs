using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace ServerlessInference.Imaging.ImageSharp.Tests;

public sealed class ImageSharpDecoderTests
{
    private readonly ImageSharpDecoder _decoder = new();
    private readonly ImageBuffer _buffer = new();

    [Theory]
    [InlineData("bmp")]
    [InlineData("bmp palette")]
    [InlineData("gif")]
    [InlineData("tiff")]
    [InlineData("tiff deflate")]
    [InlineData("tiff lzw")]
    [InlineData("tiff packbits")]
    [InlineData("webp")]
    public void Decode_LosslessFormat_GivesItsPixels(string kind)
    {
        byte[] encoded = EncodedImages.Encode(EncodedImages.CreateSmall(), kind);

        new ImageDecoder([_decoder]).Decode(encoded, new ImageDecodeOptions(), _buffer);

        Assert.Equal((3, 2), (_buffer.Width, _buffer.Height));
        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 0, 255], _buffer.Row(0).ToArray());
        Assert.Equal([255, 255, 255, 0, 0, 0, 255, 255, 0], _buffer.Row(1).ToArray());
    }

    [Fact]
    public void Decode_OrientationInExif_IsApplied()
    {
        byte[] encoded = EncodeTurnedWebp();

        _decoder.Decode(encoded, new ImageDecodeOptions(), _buffer);

        Assert.Equal((2, 3), (_buffer.Width, _buffer.Height));
        Assert.Equal([255, 255, 255, 255, 0, 0], _buffer.Row(0).ToArray());
        Assert.Equal(new Imaging.ImageInfo(ImageFormat.Webp, 2, 3, 6), _decoder.Identify(encoded));
    }

    [Fact]
    public void Decode_OrientationNotWanted_LeavesPixelsAsStored()
    {
        _decoder.Decode(EncodeTurnedWebp(), new ImageDecodeOptions { ApplyOrientation = false }, _buffer);

        Assert.Equal((3, 2), (_buffer.Width, _buffer.Height));
        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 0, 255], _buffer.Row(0).ToArray());
    }

    [Fact]
    public void Decode_OrientationOfATiff_IsApplied()
    {
        // One strip of 2 x 1 pixels, red and blue; orientation 8: the image was turned to the right and has to be turned back.
        byte[] encoded = Convert.FromHexString(
            "49492A0008000000" + "0900" + "000103000100000002000000" + "010103000100000001000000" + "02010300030000007A000000" +
            "030103000100000001000000" + "060103000100000002000000" + "110104000100000080000000" + "120103000100000008000000" +
            "150103000100000003000000" + "170104000100000006000000" + "00000000" + "080008000800" + "FF00000000FF");

        _decoder.Decode(encoded, new ImageDecodeOptions(), _buffer);

        Assert.Equal(new Imaging.ImageInfo(ImageFormat.Tiff, 1, 2, 8), _decoder.Identify(encoded));
        Assert.Equal([0, 0, 255, 255, 0, 0], _buffer.Pixels.ToArray());
    }

    [Theory]
    [InlineData(0, 0x10, 0x20, 0x30)]
    [InlineData(128, 108, 66, 24)]
    [InlineData(255, 200, 100, 0)]
    public void Decode_AlphaComposed_BlendsWithTheBackground(byte alpha, byte red, byte green, byte blue)
    {
        using var image = new Image<Rgba32>(1, 1, new Rgba32(200, 100, 0, alpha));
        var options = new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0x102030 };

        _decoder.Decode(EncodedImages.Encode(image, "webp"), options, _buffer);

        Assert.Equal([red, green, blue], _buffer.Row(0).ToArray());
    }

    [Theory]
    [InlineData(AlphaMode.Drop, 255, 0, 0)]
    [InlineData(AlphaMode.Compose, 0, 0, 255)]
    public void Decode_TransparentGif_KeepsColoursUnlessComposed(AlphaMode alpha, byte red, byte green, byte blue)
    {
        // One pixel of colour 1 (red), which is transparent.
        byte[] encoded = Convert.FromHexString(
            "474946383961010001008000000000" + "00FF0000" + "21F9040100000100" + "2C000000000100010000" + "02" + "024C01" + "00" + "3B");

        _decoder.Decode(encoded, new ImageDecodeOptions { Alpha = alpha, Background = 0x0000FF }, _buffer);

        Assert.Equal([red, green, blue], _buffer.Row(0).ToArray());
    }

    [Fact]
    public void Decode_AnimatedGif_GivesTheFirstFrame()
    {
        using Image<Rgba32> image = EncodedImages.CreateSmall();
        using var second = new Image<Rgba32>(3, 2, new Rgba32(9, 9, 9));
        image.Frames.AddFrame(second.Frames.RootFrame);

        _decoder.Decode(EncodedImages.Encode(image, "gif"), new ImageDecodeOptions(), _buffer);

        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 0, 255], _buffer.Row(0).ToArray());
    }

    [Fact]
    public void Decode_AnyImage_LeavesTheProcessesConfigurationAlone()
    {
        _decoder.Decode(EncodedImages.Encode(EncodedImages.CreateSmall(), "gif"), new ImageDecodeOptions(), _buffer);

        var decoder = (GifDecoder)Configuration.Default.ImageFormatsManager.FindDecoder(GifFormat.Instance);
        Assert.Equal(SixLabors.ImageSharp.Metadata.FrameDecodingMode.All, decoder.DecodingMode);
    }

    [Fact]
    public void Decode_MorePixelsThanAllowed_IsTooLarge()
    {
        byte[] encoded = EncodedImages.Encode(EncodedImages.CreateSmall(), "bmp");

        var options = new ImageDecodeOptions { MaxPixels = 5 };
        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Decode(encoded, options, _buffer));

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
        Assert.Contains("3 x 2", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tga")]
    [InlineData("")]
    public void Decode_FormatOfNoneOfTheFour_IsUnsupported(string kind)
    {
        byte[] encoded = kind.Length == 0 ? "no image at all"u8.ToArray() : EncodedImages.Encode(EncodedImages.CreateSmall(), kind);

        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Decode(encoded, new ImageDecodeOptions(), _buffer));

        Assert.Equal(InvalidImageKind.UnsupportedFormat, exception.Kind);
    }

    [Theory]
    [InlineData(ImageFormat.Webp, true)]
    [InlineData(ImageFormat.Gif, true)]
    [InlineData(ImageFormat.Tiff, true)]
    [InlineData(ImageFormat.Bmp, true)]
    [InlineData(ImageFormat.Jpeg, false)]
    [InlineData(ImageFormat.Png, false)]
    [InlineData(ImageFormat.Avif, false)]
    [InlineData(ImageFormat.Unknown, false)]
    public void CanDecode_Format_IsOneOfFour(ImageFormat format, bool expected) => Assert.Equal(expected, _decoder.CanDecode(format));

    private static byte[] EncodeTurnedWebp()
    {
        using Image<Rgba32> image = EncodedImages.CreateSmall();
        image.Metadata.ExifProfile = new ExifProfile();
        image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)6);
        return EncodedImages.Encode(image, "webp");
    }
}

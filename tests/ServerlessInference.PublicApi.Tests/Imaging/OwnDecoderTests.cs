using ServerlessInference.Imaging;

namespace ServerlessInference.PublicApi.Imaging;

/// <summary>Adds a format with what is public, as an application would: TIFF's signature, then width, height and one grey value.</summary>
public sealed class OwnDecoderTests
{
    private static readonly byte[] File = [(byte)'I', (byte)'I', (byte)'*', 0, 3, 2, 77];

    private readonly ImageDecoder _decoder = new([new GreyDecoder()]);

    [Fact]
    public void Decode_OwnFormat_UsesTheOwnDecoder()
    {
        var image = new ImageBuffer();

        _decoder.Decode(File, new ImageDecodeOptions(), image);

        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.All(image.Pixels.ToArray(), pixel => Assert.Equal(77, pixel));
    }

    [Fact]
    public void Decode_OwnFormatAboveALimit_IsTooLarge()
    {
        var options = new ImageDecodeOptions { MaxPixels = 5 };

        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Decode(File, options, new ImageBuffer()));

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
        Assert.StartsWith("The GREY has 3 x 2 pixels; the maximum is 5", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EstimateMemory_DecoderWithoutAnEstimate_CountsASecondCopyOf32Bits() =>
        Assert.Equal(3 * 2 * (3 + 4), _decoder.EstimateMemory(File));

    private sealed class GreyDecoder : IImageDecoder
    {
        public bool CanDecode(ImageFormat format) => format == ImageFormat.Tiff;

        public ImageInfo Identify(ReadOnlySpan<byte> encoded) => encoded.Length == 7
            ? new ImageInfo(ImageFormat.Tiff, encoded[4], encoded[5], ExifOrientation.Normal)
            : throw new InvalidImageException("The file has no 7 bytes.");

        public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
        {
            ImageLimits.CheckEncoded(encoded.Length, options);
            ImageInfo info = Identify(encoded);
            ImageLimits.CheckSize("GREY", info.Width, info.Height, options);
            destination.Resize(info.Width, info.Height);
            destination.Pixels.Fill(encoded[6]);
        }
    }
}

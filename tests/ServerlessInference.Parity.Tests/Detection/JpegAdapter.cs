using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Jpeg;

namespace ServerlessInference.Parity.Tests.Detection;

internal sealed class JpegAdapter : IImageDecoder
{
    private readonly JpegDecoder _decoder = new();

    public bool CanDecode(ImageFormat format) => format == ImageFormat.Jpeg;

    public ImageInfo Identify(ReadOnlySpan<byte> encoded) => _decoder.Identify(encoded);

    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination) => _decoder.Decode(encoded, options, destination);
}

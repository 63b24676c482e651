using System.IO.Compression;

namespace ServerlessInference.Imaging.Tests;

public sealed class PngEncoderTests
{
    [Theory]
    [InlineData(1, 1, CompressionLevel.Fastest)]
    [InlineData(3, 200, CompressionLevel.NoCompression)]
    [InlineData(317, 91, CompressionLevel.Optimal)]
    public void Encode_AnyImage_DecodesToTheSamePixels(int width, int height, CompressionLevel level)
    {
        ImageBuffer[] images = [TestImage.Create(width, height), TestImage.Random(width, height, 5), TestImage.Solid(width, height, 9)];
        foreach (ImageBuffer image in images)
        {
            var decoded = new ImageBuffer();
            new ImageDecoder().Decode(PngEncoder.Encode(image, level), new ImageDecodeOptions(), decoded);

            Assert.True(image.Pixels.SequenceEqual(decoded.Pixels));
        }
    }

    [Fact]
    public void Encode_EmptyImage_ThrowsArgumentException() =>
        Assert.Throws<ArgumentException>(() => PngEncoder.Encode(new ImageBuffer()));
}

using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Internal;

namespace ServerlessInference.Vision.Tests.Imaging.Internal;

public sealed class ImageFootprintTests
{
    private static readonly ImageDecoder Decoder = new();

    [Fact]
    public void Estimate_DemoImages_EqualsDecodedSize()
    {
        (string Name, long Pixels)[] images =
            [("star-256x256.jpg", 256L * 256), ("circle-320x240.jpg", 320L * 240), ("dots-150x200.png", 150L * 200)];
        foreach ((string name, long pixels) in images)
        {
            byte[] encoded = File.ReadAllBytes(Path.Combine(Repository.DemoModel, "samples", name));

            long bytes = ImageFootprint.Estimate(encoded, Decoder);

            Assert.True(bytes == pixels * 3 || bytes == pixels * 6, $"{name}: {bytes}");
        }
    }

    [Theory]
    [InlineData((byte)0xC0, 0x22, 3L * 40 * 20)]
    [InlineData((byte)0xC2, 0x22, 3L * 40 * 20 + 40 * 20 * 6 / 4 * 2)]
    [InlineData((byte)0xC2, 0x11, 3L * 40 * 20 + 40 * 20 * 3 * 2)]
    public void Estimate_JpegHeader_CountsCoefficientsOfProgressiveImages(byte marker, int sampling, long expected)
    {
        // An application segment, a fill byte, and the frame header: 8 bits, 20 rows, 40 columns, three components.
        byte[] header =
        [
            0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, marker, 0, 17, 8, 0, 20, 0, 40, 3,
            1, (byte)sampling, 0, 2, 0x11, 1, 3, 0x11, 1, 0xFF, 0xDA,
        ];

        Assert.Equal(expected, ImageFootprint.Estimate(header, Decoder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no image")]
    [InlineData("GIF89a")]
    public void Estimate_UndecodableInput_IsZero(string text) =>
        Assert.Equal(0, ImageFootprint.Estimate(System.Text.Encoding.ASCII.GetBytes(text), Decoder));

    [Fact]
    public void Estimate_AnyTruncation_ReturnsNonNegative()
    {
        foreach (string name in new[] { "star-256x256.jpg", "dots-150x200.png" })
        {
            byte[] encoded = File.ReadAllBytes(Path.Combine(Repository.DemoModel, "samples", name));
            for (int length = 0; length < Math.Min(encoded.Length, 700); length++)
            {
                Assert.InRange(ImageFootprint.Estimate(encoded.AsSpan(0, length), Decoder), 0, long.MaxValue);
            }
        }
    }
}

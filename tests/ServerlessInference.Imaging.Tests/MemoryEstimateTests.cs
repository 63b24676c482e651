using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Tests;

public sealed class MemoryEstimateTests
{
    private static readonly ImageDecoder Decoder = new();

    [Fact]
    public void EstimateMemory_DemoImages_EqualsDecodedSize()
    {
        (string Name, long Pixels)[] images =
            [("star-256x256.jpg", 256L * 256), ("circle-320x240.jpg", 320L * 240), ("dots-150x200.png", 150L * 200)];
        foreach ((string name, long pixels) in images)
        {
            byte[] encoded = File.ReadAllBytes(Path.Combine(Repository.DemoModel, "samples", name));

            long bytes = Decoder.EstimateMemory(encoded);

            Assert.True(bytes == pixels * 3 || bytes == pixels * 6, $"{name}: {bytes}");
        }
    }

    [Theory]
    [InlineData((byte)0xC0, 0x22, 3L * 40 * 20)]
    [InlineData((byte)0xC2, 0x22, 3L * 40 * 20 + 40 * 20 * 6 / 4 * 2)]
    [InlineData((byte)0xC2, 0x11, 3L * 40 * 20 + 40 * 20 * 3 * 2)]
    public void EstimateMemory_JpegHeader_CountsCoefficientsOfProgressiveImages(byte marker, int sampling, long expected)
    {
        // An application segment, a fill byte, and the frame header: 8 bits, 20 rows, 40 columns, three components.
        byte[] header =
        [
            0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, marker, 0, 17, 8, 0, 20, 0, 40, 3,
            1, (byte)sampling, 0, 2, 0x11, 1, 3, 0x11, 1, 0xFF, 0xDA,
        ];

        Assert.Equal(expected, Decoder.EstimateMemory(header));
    }

    [Theory]
    [InlineData(0xFFFF_FFFF, 0xFFFF_FFFF, 0)]
    [InlineData(0x8000_0000, 1, 0)]
    [InlineData(0, 5, 0)]
    [InlineData(0x7FFF_FFFF, 0x7FFF_FFFF, long.MaxValue)]
    [InlineData(0x7FFF_FFFF, 1, 3L * int.MaxValue)]
    public void EstimateMemory_PngHeader_NeverOverflows(uint width, uint height, long expected)
    {
        byte[] header = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, .. new byte[8], 8, 2];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), height);

        Assert.Equal(expected, Decoder.EstimateMemory(header));
    }

    [Theory]
    [InlineData(0, 256 * 256)]
    [InlineData(256, 256 * 256)]
    [InlineData(128, 128 * 128)]
    [InlineData(1, 32 * 32)]
    public void EstimateMemory_ScaledJpeg_CountsTheScaledImage(int shorterSide, long pixels)
    {
        byte[] encoded = File.ReadAllBytes(Path.Combine(Repository.DemoModel, "samples", "star-256x256.jpg"));
        var options = new ImageDecodeOptions { ScaleToShorterSide = shorterSide };
        var image = new ImageBuffer();

        Decoder.Decode(encoded, options, image);

        Assert.Equal(pixels, (long)image.Width * image.Height);
        Assert.Equal(pixels * ImageBuffer.Channels, Decoder.EstimateMemory(encoded, options));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no image")]
    [InlineData("GIF89a")]
    public void EstimateMemory_UndecodableInput_IsZero(string text) =>
        Assert.Equal(0, Decoder.EstimateMemory(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void EstimateMemory_AnyTruncation_ReturnsNonNegative()
    {
        foreach (string name in new[] { "star-256x256.jpg", "dots-150x200.png" })
        {
            byte[] encoded = File.ReadAllBytes(Path.Combine(Repository.DemoModel, "samples", name));
            for (int length = 0; length < Math.Min(encoded.Length, 700); length++)
            {
                Assert.InRange(Decoder.EstimateMemory(encoded.AsSpan(0, length)), 0, long.MaxValue);
            }
        }
    }
}

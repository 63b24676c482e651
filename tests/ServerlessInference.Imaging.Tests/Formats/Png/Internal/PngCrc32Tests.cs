using ServerlessInference.Imaging.Formats.Png;

namespace ServerlessInference.Imaging.Tests.Formats.Png.Internal;

public sealed class PngCrc32Tests
{
    [Fact]
    public void Compute_CheckString_ReturnsPublishedValue() => Assert.Equal(0xCBF43926, PngCrc32.Compute("123456789"u8));

    [Fact]
    public void Compute_AnyLength_EqualsTheBitwiseComputation()
    {
        byte[] data = new byte[300];
        new Random(1).NextBytes(data);
        for (int length = 0; length <= data.Length; length++)
        {
            Assert.Equal(PngBuilder.Crc(data.AsSpan(0, length)), PngCrc32.Compute(data.AsSpan(0, length)));
        }
    }
}

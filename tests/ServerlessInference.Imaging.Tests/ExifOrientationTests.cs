namespace ServerlessInference.Imaging.Tests;

public sealed class ExifOrientationTests
{
    private static readonly byte[] LittleEndian =
    [
        .. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0
    ];
    private static readonly byte[] BigEndian = [.. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void FromApp1_EitherByteOrder_ReturnsValue()
    {
        Assert.Equal(6, ExifOrientation.FromApp1(LittleEndian));
        Assert.Equal(8, ExifOrientation.FromApp1(BigEndian));
    }

    [Fact]
    public void FromApp1_EveryPrefix_IsNormalOrRead()
    {
        for (int length = 0; length < LittleEndian.Length; length++)
        {
            int orientation = ExifOrientation.FromApp1(LittleEndian.AsSpan(0, length));
            Assert.Equal(length >= 28 ? 6 : 1, orientation);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(255)]
    public void FromApp1_ValueOutOfRange_IsNormal(byte value)
    {
        byte[] exif = [.. LittleEndian];
        exif[24] = value;

        Assert.Equal(1, ExifOrientation.FromApp1(exif));
    }

    [Fact]
    public void FromApp1_LongValue_IsRead()
    {
        byte[] exif = [.. LittleEndian];
        exif[18] = 4;

        Assert.Equal(6, ExifOrientation.FromApp1(exif));
    }

    [Fact]
    public void FromApp1_RandomData_NeverThrows()
    {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] exif = [.. LittleEndian];
            for (int n = random.Next(6); n >= 0; n--)
            {
                exif[random.Next(6, exif.Length)] = (byte)random.Next(256);
            }

            Assert.InRange(ExifOrientation.FromApp1(exif), 1, 8);
        }
    }

    // Pillow compares the value with whole numbers, so that numbers of any type are applied, and bytes and text are not.
    [Theory]
    [InlineData(5, "0600000001000000", 6)]
    [InlineData(5, "0C00000002000000", 6)]
    [InlineData(5, "0D00000002000000", 1)]
    [InlineData(5, "0600000000000000", 1)]
    [InlineData(10, "0300000001000000", 3)]
    [InlineData(12, "0000000000001840", 6)]
    [InlineData(16, "0800000000000000", 8)]
    public void FromTiff_EightByteValue_IsReadFromItsOffset(byte type, string value, int expected)
    {
        byte[] tiff = [.. LittleEndian[6..], .. Convert.FromHexString(value)];
        tiff[12] = type;
        tiff[18] = (byte)(tiff.Length - 8);

        Assert.Equal(expected, ExifOrientation.FromTiff(tiff));
    }

    [Theory]
    [InlineData(11, "0000C040", 6)]
    [InlineData(11, "0000C840", 1)]
    [InlineData(13, "06000000", 6)]
    [InlineData(1, "06000000", 1)]
    [InlineData(2, "36000000", 1)]
    [InlineData(7, "06000000", 1)]
    public void FromTiff_OtherType_IsAppliedIfItIsANumber(byte type, string value, int expected)
    {
        byte[] tiff = LittleEndian[6..];
        tiff[12] = type;
        Convert.FromHexString(value).CopyTo(tiff, 18);

        Assert.Equal(expected, ExifOrientation.FromTiff(tiff));
    }
}

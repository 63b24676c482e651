using ServerlessInference.Imaging.Formats.Bmp;

namespace ServerlessInference.Imaging.Tests.Formats.Bmp;

public sealed class BmpDecoderTests
{
    private static readonly byte[] Palette = [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0];

    private readonly BmpDecoder _decoder = new();
    private readonly ImageBuffer _image = new();

    [Theory]
    [InlineData(1, "40000000", "030201" + "060504" + "030201")]
    [InlineData(4, "02300000", "030201" + "090807" + "0C0B0A")]
    [InlineData(8, "00010300", "030201" + "060504" + "0C0B0A")]
    public void Decode_PaletteImage_LooksUpColors(int bits, string row, string expected) =>
        AssertPixels(expected, BmpFiles.Create(3, 1, bits, Convert.FromHexString(row), Palette));

    [Fact]
    public void Decode_IndexBeyondPalette_IsGray() =>
        AssertPixels("C8C8C8", BmpFiles.Create(1, 1, 8, [200, 0, 0, 0], Palette));

    [Theory]
    [InlineData("FF0000", "007C")]
    [InlineData("00FF00", "E003")]
    [InlineData("0000FF", "1F00")]
    [InlineData("102041", "8808")]
    public void Decode_SixteenBits_ScalesAndRoundsDown(string expected, string pixel) =>
        AssertPixels(expected, BmpFiles.Create(1, 1, 16, [.. Convert.FromHexString(pixel), 0, 0]));

    [Fact]
    public void Decode_FiveSixFive_ScalesGreenFromSixBits() =>
        AssertPixels("080408", BmpFiles.Create(1, 1, 16, [0x21, 0x08, 0, 0], null, 3, 40, 0xF800, 0x7E0, 0x1F));

    [Fact]
    public void Decode_BottomUp_FlipsRows() =>
        AssertPixels("060504030201", BmpFiles.Create(1, 2, 24, [1, 2, 3, 0, 4, 5, 6, 0]));

    [Fact]
    public void Decode_TopDown_KeepsRows() =>
        AssertPixels("030201060504", BmpFiles.Create(1, -2, 24, [1, 2, 3, 0, 4, 5, 6, 0]));

    [Fact]
    public void Decode_CoreHeader_HasThreeBytesPerColor() =>
        AssertPixels(
            "060504", BmpFiles.Create(1, 1, 1, [0x80, 0, 0, 0], [1, 2, 3, 4, 5, 6], headerLength: 12));

    [Theory]
    [InlineData(0xFF0000u, 0xFF00u, 0xFFu, 0u, "030201")]
    [InlineData(0xFFu, 0xFF00u, 0xFF0000u, 0xFF000000u, "010203")]
    [InlineData(0xFF000000u, 0xFF0000u, 0xFF00u, 0xFFu, "040302")]
    [InlineData(0xFF000000u, 0xFF00u, 0xFFu, 0xFF0000u, "040201")]
    public void Decode_Masks_SelectBytes(uint red, uint green, uint blue, uint alpha, string expected) =>
        AssertPixels(expected, BmpFiles.Create(1, 1, 32, [1, 2, 3, 4], null, 3, 108, red, green, blue, alpha));

    [Fact]
    public void Decode_WideRowOfEveryDepth_IsSameAsPixelByPixel()
    {
        byte[] data = [.. Enumerable.Range(0, 37 * 4).Select(i => (byte)(i * 37))];
        foreach (int bytes in (int[])[3, 4])
        {
            int stride = ((37 * bytes) + 3) / 4 * 4;
            _decoder.Decode(BmpFiles.Create(37, 1, bytes * 8, [.. data.Take(stride)]), new ImageDecodeOptions(), _image);
            for (int x = 0; x < 37; x++)
            {
                Assert.Equal([data[(x * bytes) + 2], data[(x * bytes) + 1], data[x * bytes]], _image.Pixels.Slice(x * 3, 3).ToArray());
            }
        }
    }

    [Fact]
    public void Decode_Compose_BlendsAlpha()
    {
        byte[] file = BmpFiles.Create(1, 1, 32, [0, 0, 255, 128], null, 3, 108, 0xFF0000, 0xFF00, 0xFF, 0xFF000000);

        _decoder.Decode(file, new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0x0000FF }, _image);

        Assert.Equal([128, 0, 127], _image.Pixels.ToArray());
    }

    [Theory]
    [InlineData("0301" + "0001", "01010100000000")]
    [InlineData("0003" + "010203" + "00" + "0001", "01020300000000")]
    [InlineData("0002" + "0200" + "0103" + "0001", "00000300000000")]
    [InlineData("0000" + "0701" + "0001", "00000000000000")]
    public void Decode_RunsOfEightBits_SkippedPixelsHaveIndexZero(string data, string indices) =>
        AssertIndices(indices, BmpFiles.Create(7, -1, 8, Convert.FromHexString(data), Grays(), 1));

    [Fact]
    public void Decode_RunsOfFourBits_AlternateBetweenTwoPixels() =>
        AssertIndices(
            "01020102000304", BmpFiles.Create(7, -1, 4, Convert.FromHexString("0412" + "0003" + "0340" + "0001"), Grays(16), 2));

    [Fact]
    public void Decode_RunsWithoutEnd_AreRefused() =>
        Assert.Throws<InvalidImageException>(
            () => _decoder.Decode(BmpFiles.Create(7, 1, 8, [3, 1], Grays(), 1), new ImageDecodeOptions(), _image));

    [Theory]
    [InlineData(2)]
    [InlineData(64)]
    public void Decode_OtherDepth_IsUnsupported(int bits)
    {
        var exception = Assert.Throws<InvalidImageException>(
            () => _decoder.Decode(BmpFiles.Create(1, 1, bits, new byte[16], Palette), new ImageDecodeOptions(), _image));

        Assert.Equal(InvalidImageKind.UnsupportedFormat, exception.Kind);
        Assert.Contains($"{bits} bits per pixel", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_EveryPrefix_IsRefusedOrLacksOnlyPadding()
    {
        byte[] file = BmpFiles.Create(3, 2, 8, [0, 1, 2, 0, 3, 2, 1, 0], Palette);
        for (int length = 0; length < file.Length - 1; length++)
        {
            byte[] prefix = file[..length];
            Assert.Throws<InvalidImageException>(() => _decoder.Decode(prefix, new ImageDecodeOptions(), _image));
        }

        _decoder.Decode(file.AsSpan(..^1), new ImageDecodeOptions(), _image);
    }

    [Fact]
    public void Decode_SecondTime_AllocatesNothing()
    {
        byte[][] files =
        [
            BmpFiles.Create(60, 50, 8, new byte[60 * 50], Palette),
            BmpFiles.Create(60, -50, 24, new byte[180 * 50]),
            BmpFiles.Create(60, 50, 32, new byte[240 * 50], null, 3, 108, 0xFF0000, 0xFF00, 0xFF, 0xFF000000),
            BmpFiles.Create(7, 3, 8, [3, 1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 2, 1, 1, 2, 5, 0, 1], Palette, 1),
        ];

        Assert.InRange(
            Allocations.Least(() => Array.ForEach(files, file => _decoder.Decode(file, new ImageDecodeOptions(), _image))), 0, 1024);
    }

    [Theory]
    [InlineData(50 * 40, 50, true)]
    [InlineData((50 * 40) - 1, 50, false)]
    [InlineData(50 * 40, 49, false)]
    public void Decode_SizeAtLimit_IsAcceptedAndBeyondRejected(long maxPixels, int maxDimension, bool accepted)
    {
        var options = new ImageDecodeOptions { MaxPixels = maxPixels, MaxDimension = maxDimension };
        byte[] file = BmpFiles.Create(50, -40, 24, new byte[152 * 40]);

        Exception? exception = Record.Exception(() => _decoder.Decode(file, options, _image));

        Assert.Equal(accepted, exception is null);
        Assert.True(accepted || exception is InvalidImageException { Kind: InvalidImageKind.TooLarge });
    }

    [Fact]
    public void Decode_ImageLargerThanItsData_IsRefusedBeforeAllocation()
    {
        byte[] file = BmpFiles.Create(8000, 8000, 24, new byte[100]);
        Assert.Throws<InvalidImageException>(() => _decoder.Decode(file, new ImageDecodeOptions(), _image));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidImageException>(() => _decoder.Decode(file, new ImageDecodeOptions(), _image));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static byte[] Grays(int count = 256) =>
        [.. Enumerable.Range(0, count).SelectMany(i => new byte[] { (byte)i, (byte)i, (byte)i, 0 })];

    private void AssertIndices(string indices, byte[] file)
    {
        _decoder.Decode(file, new ImageDecodeOptions(), _image);
        Assert.Equal(indices, Convert.ToHexString([.. _image.Pixels.ToArray().Where((_, i) => i % 3 == 0)]));
    }

    private void AssertPixels(string expected, byte[] file)
    {
        _decoder.Decode(file, new ImageDecodeOptions(), _image);
        Assert.Equal(expected, Convert.ToHexString(_image.Pixels));
    }
}

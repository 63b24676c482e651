using ServerlessInference.Imaging.Formats.Gif;

namespace ServerlessInference.Imaging.Tests.Formats.Gif;

public sealed class GifDecoderTests
{
    private readonly GifDecoder _decoder = new();
    private readonly ImageBuffer _image = new();

    [Fact]
    public void Decode_GlobalPalette_LooksUpColors()
    {
        Decode(GifFiles.Create((2, 1), (0, 0, 2, 1), [1, 7], GifFiles.Palette));

        Assert.Equal([30, 40, 50, 210, 220, 230], _image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_LocalPalette_ReplacesGlobalOne()
    {
        byte[] local = [.. GifFiles.Palette.Reverse()];

        Decode(GifFiles.Create((1, 1), (0, 0, 1, 1), [0], GifFiles.Palette, local));

        Assert.Equal([230, 220, 210], _image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_NoPalette_IsGray()
    {
        Decode(GifFiles.Create((2, 1), (0, 0, 2, 1), [0, 5]));

        Assert.Equal([0, 0, 0, 5, 5, 5], _image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_Interlaced_OrdersRows()
    {
        // Rows 0, 8, 4, 2, 6, 1, 3, 5, 7 are stored in this order; each has the index of its place in it, the last one 0 again.
        Decode(GifFiles.Create((1, 9), (0, 0, 1, 9), [0, 1, 2, 3, 4, 5, 6, 7, 0], interlaced: true));

        Assert.Equal([0, 5, 3, 6, 2, 7, 4, 0, 1], _image.Pixels.ToArray().Where((_, i) => i % 3 == 0));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(4, 4)]
    public void Decode_FrameSmallerThanScreen_IsSurroundedByTransparentOrFirstColor(int transparent, int expected)
    {
        Decode(GifFiles.Create((3, 3), (1, 1, 1, 1), [7], transparent: transparent));

        byte o = (byte)expected;
        Assert.Equal([o, o, o, o, 7, o, o, o, o], _image.Pixels.ToArray().Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Decode_FrameBeyondScreen_EnlargesImage()
    {
        Decode(GifFiles.Create((1, 1), (0, 1, 2, 1), [6, 7]));

        Assert.Equal((2, 2), (_image.Width, _image.Height));
        Assert.Equal([0, 0, 6, 7], _image.Pixels.ToArray().Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Decode_Compose_ReplacesTransparentColor()
    {
        byte[] file = GifFiles.Create((2, 1), (0, 0, 2, 1), [3, 4], transparent: 4);

        _decoder.Decode(file, new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0x102030 }, _image);

        Assert.Equal([3, 3, 3, 0x10, 0x20, 0x30], _image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_CodeOfStringThatExtendsItself_RepeatsIt()
    {
        // Codes of 4 bits: clear, 5, then the codes that do not exist yet: 10 is "55", 11 is "555". The last pixel completes the image.
        byte[] data = [0x58, 0xBA, 0x09];
        byte[] file = GifFiles.Create((6, 1), (0, 0, 6, 1), []);
        int at = Array.LastIndexOf(file, (byte)3) + 1;

        Decode([.. file[..at], .. GifFiles.Blocks(data), (byte)';']);

        Assert.Equal([5, 5, 5, 5, 5, 5], _image.Pixels.ToArray().Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Decode_EndCodeTooEarly_IsRefused()
    {
        byte[] file = GifFiles.Create((3, 1), (0, 0, 3, 1), [1, 2]);

        var exception = Assert.Throws<InvalidImageException>(() => Decode(file));

        Assert.Contains("2 of 3 pixels", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_EveryPrefixWithoutItsPixels_IsRefused()
    {
        byte[] file = GifFiles.Create((3, 2), (0, 0, 3, 2), [1, 2, 3, 4, 5, 6], GifFiles.Palette, transparent: 2);
        for (int length = 0; length < file.Length - 3; length++)
        {
            byte[] prefix = file[..length];
            Assert.Throws<InvalidImageException>(() => Decode(prefix));
        }
    }

    [Fact]
    public void Decode_ImageLargerThanItsData_IsRefusedBeforeAllocation()
    {
        byte[] file = GifFiles.Create((8000, 8000), (0, 0, 8000, 8000), [1]);
        Assert.Throws<InvalidImageException>(() => Decode(file));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidImageException>(() => Decode(file));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Decode_SecondTime_AllocatesNothing()
    {
        byte[] indices = [.. Enumerable.Range(0, 60 * 50).Select(i => (byte)(i % 8))];
        byte[][] files =
        [
            GifFiles.Create((60, 50), (0, 0, 60, 50), indices, GifFiles.Palette, interlaced: true, transparent: 2),
            GifFiles.Create((80, 60), (10, 5, 60, 50), indices, null, GifFiles.Palette),
        ];

        Assert.InRange(Allocations.Least(() => Array.ForEach(files, Decode)), 0, 1024);
    }

    [Theory]
    [InlineData(50 * 40, 50, true)]
    [InlineData((50 * 40) - 1, 50, false)]
    [InlineData(50 * 40, 49, false)]
    public void Decode_SizeAtLimit_IsAcceptedAndBeyondRejected(long maxPixels, int maxDimension, bool accepted)
    {
        var options = new ImageDecodeOptions { MaxPixels = maxPixels, MaxDimension = maxDimension };
        byte[] file = GifFiles.Create((50, 40), (0, 0, 2, 1), [1, 2]);

        Exception? exception = Record.Exception(() => _decoder.Decode(file, options, _image));

        Assert.Equal(accepted, exception is null);
        Assert.True(accepted || exception is InvalidImageException { Kind: InvalidImageKind.TooLarge });
    }

    private void Decode(byte[] file) => _decoder.Decode(file, new ImageDecodeOptions(), _image);
}

using System.Buffers.Binary;
using ServerlessInference.Imaging.Formats.Png;

namespace ServerlessInference.Imaging.Tests.Formats.Png.Internal;

public sealed class PngDecoderTests
{
    private static readonly byte[] Palette = [.. Enumerable.Range(0, 768).Select(i => (byte)(i * 37))];

    public static IEnumerable<TheoryDataRow<int, int, bool>> Kinds() =>
        from kind in new[]
        {
            (1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2), (1, 3), (2, 3), (4, 3), (8, 3), (8, 4), (16, 4), (8, 6), (16, 6)
        }
        from interlaced in new[] { false, true }
        select new TheoryDataRow<int, int, bool>(kind.Item1, kind.Item2, interlaced);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Decode_EveryKind_ReturnsRgb(int bitDepth, int colorType, bool interlaced)
    {
        foreach ((int width, int height) in (ReadOnlySpan<(int, int)>)[(1, 1), (2, 3), (5, 9), (37, 23), (70, 11)])
        {
            var builder = new PngBuilder(width, height, bitDepth, colorType) { Interlaced = interlaced, DataChunks = 3 };
            builder.Add("PLTE", Palette[..Math.Min(768, 3 << bitDepth)]);
            ImageBuffer image = Decode(builder.Build());

            Assert.Equal((width, height), (image.Width, image.Height));
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    Assert.Equal(Expected(builder, bitDepth, colorType, x, y), image.Row(y).Slice(x * 3, 3).ToArray());
                }
            }
        }
    }

    [Fact]
    public void Decode_IndexBeyondPalette_IsGreyOfSameValue()
    {
        var builder = new PngBuilder(3, 1, 8, 3) { Sample = (x, _, _) => x * 100 };

        Assert.Equal([1, 2, 3, 100, 100, 100, 200, 200, 200], Decode(builder.Add("PLTE", 1, 2, 3).Build()).Pixels.ToArray());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(255, 255)]
    [InlineData(256, 255)]
    [InlineData(0x1234, 255)]
    [InlineData(65535, 255)]
    public void Decode_GrayOf16Bits_IsClipped(int sample, byte expected)
    {
        byte[] encoded = new PngBuilder(1, 1, 16, 0) { Sample = (_, _, _) => sample }.Build();

        Assert.Equal([expected, expected, expected], Decode(encoded).Pixels.ToArray());
    }

    [Fact]
    public void Decode_AlphaChannelDropped_KeepsTheColors() =>
        Assert.Equal([0, 50, 100, 50, 100, 150], Decode(TranslucentPixels()).Pixels.ToArray());

    [Fact]
    public void Decode_AlphaChannelComposed_BlendsWithBackground()
    {
        var options = new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0x2080C0 };

        Assert.Equal(
            [0x20, 0x80, 0xC0, Mix(50, 0x20, 98), Mix(100, 0x80, 98), Mix(150, 0xC0, 98)],
            Decode(TranslucentPixels(), options).Pixels.ToArray());
    }

    [Theory]
    [InlineData(8, 0, new byte[] { 0, 2 })]
    [InlineData(16, 0, new byte[] { 0, 2 })]
    [InlineData(4, 0, new byte[] { 0, 2 })]
    [InlineData(8, 2, new byte[] { 0, 2, 0, 2, 0, 2 })]
    [InlineData(16, 2, new byte[] { 0, 2, 0, 2, 0, 2 })]
    [InlineData(8, 3, new byte[] { 255, 255, 0 })]
    public void Decode_TransparentColor_IsReplacedByBackground(int bitDepth, int colorType, byte[] transparency)
    {
        var builder = new PngBuilder(4, 1, bitDepth, colorType) { Sample = (x, _, _) => x };
        byte[] encoded = builder.Add("PLTE", Palette).Add("tRNS", transparency).Build();
        byte[] dropped = Decode(encoded).Pixels.ToArray();
        byte[] composed = Decode(encoded, new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0x102030 }).Pixels.ToArray();

        Assert.Equal([.. dropped[..6], 0x10, 0x20, 0x30, .. dropped[9..]], composed);
    }

    [Theory]
    [InlineData(99, 10_000)]
    [InlineData(100, 9_999)]
    public void Decode_AboveLimit_IsRejectedBeforeAllocation(int maxDimension, long maxPixels)
    {
        var image = new ImageBuffer();
        var options = new ImageDecodeOptions { MaxDimension = maxDimension, MaxPixels = maxPixels };
        var exception = Assert.Throws<InvalidImageException>(
            () => new PngDecoder().Decode(new PngBuilder(100, 100, 8, 2).Build(), options, image));

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
        Assert.Equal(0, image.Width);
    }

    [Fact]
    public void Decode_SizeBeyondDeflateLimit_IsRejectedBeforeAllocation()
    {
        byte[] encoded = new PngBuilder(1, 1, 8, 2).Build();
        encoded[18] = 0x10;
        encoded[22] = 0x10;
        FixHeaderChecksum(encoded);
        var image = new ImageBuffer();
        var exception = Assert.Throws<InvalidImageException>(() => new PngDecoder().Decode(encoded, new ImageDecodeOptions(), image));

        Assert.Equal(InvalidImageKind.Damaged, exception.Kind);
        Assert.Contains("4097 x 4097", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, image.Width);
    }

    [Fact]
    public void Decode_AnyTruncation_IsMalformedOrComplete()
    {
        byte[] encoded = new PngBuilder(20, 20, 8, 2).Build();
        byte[] whole = Decode(encoded).Pixels.ToArray();
        int complete = encoded.Length - 12;
        for (int length = 1; length < encoded.Length; length++)
        {
            if (length >= complete)
            {
                // Only the end chunk is missing, which Pillow accepts too.
                Assert.Equal(whole, Decode(encoded[..length]).Pixels.ToArray());
                continue;
            }

            InvalidImageException exception = Assert.Throws<InvalidImageException>(() => Decode(encoded[..length]));
            Assert.Equal(InvalidImageKind.Damaged, exception.Kind);
        }
    }

    [Fact]
    public void Decode_AnyFlippedBit_IsMalformedOrTooLarge()
    {
        byte[] encoded = new PngBuilder(9, 9, 8, 2).Build();
        for (int at = 8; at < encoded.Length - 12; at++)
        {
            byte[] flipped = [.. encoded];
            flipped[at] ^= 4;
            Assert.Throws<InvalidImageException>(() => Decode(flipped));
        }
    }

    [Fact]
    public void Decode_UndefinedFilter_IsMalformed()
    {
        var exception = Assert.Throws<InvalidImageException>(() => Decode(new PngBuilder(9, 9, 8, 2) { Filters = [0, 5] }.Build()));

        Assert.Contains("filter 5", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_DataWithPresetDictionary_IsMalformed()
    {
        byte[] encoded = new PngBuilder(9, 9, 8, 2).Build();
        int data = encoded.AsSpan().IndexOf("IDAT"u8) + 4;
        encoded[data] = 0x78;
        encoded[data + 1] = 0xBB;
        int length = BinaryPrimitives.ReadInt32BigEndian(encoded.AsSpan(data - 8));
        BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(data + length), PngBuilder.Crc(encoded.AsSpan(data - 4, length + 4)));

        Assert.Contains("zlib", Assert.Throws<InvalidImageException>(() => Decode(encoded)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_PaletteImageWithoutPalette_IsMalformed() =>
        Assert.Contains(
            "palette",
            Assert.Throws<InvalidImageException>(() => Decode(new PngBuilder(9, 9, 8, 3).Build())).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Decode_UnknownAndTrailingChunks_AreIgnored()
    {
        byte[] encoded = new PngBuilder(9, 9, 8, 2).Add("tEXt", [65, 0, 66]).Add("ABCD", [1]).AddAfterData("tIME", [1, 2, 3]).Build();

        Assert.Equal(9, Decode([.. encoded, 1, 2, 3]).Width);
    }

    [Fact]
    public void Identify_Header_ReturnsSize() =>
        Assert.Equal(new ImageInfo(ImageFormat.Png, 31, 17, 1), new PngDecoder().Identify(new PngBuilder(31, 17, 8, 2).Build()));

    [Theory]
    [InlineData(1, false, "012345")]
    [InlineData(2, true, "210543")]
    [InlineData(3, false, "543210")]
    [InlineData(4, true, "345012")]
    [InlineData(5, false, "031425")]
    [InlineData(6, true, "304152")]
    [InlineData(7, false, "524130")]
    [InlineData(8, true, "251403")]
    public void Decode_ExifOrientation_MovesPixels(byte orientation, bool behindData, string order)
    {
        // Three columns and two rows, numbered in the order in which they are stored.
        byte[] exif = [.. "MM\0*\0\0\0\b\0\u0001"u8, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        var builder = new PngBuilder(3, 2, 8, 0) { Sample = (x, y, _) => (y * 3) + x, Interlaced = behindData };
        byte[] encoded = (behindData ? builder.AddAfterData("eXIf", exif) : builder.Add("eXIf", exif)).Build();
        ImageBuffer image = Decode(encoded);

        Assert.Equal(order, string.Concat(image.Pixels.ToArray().Where((_, i) => i % 3 == 0)));
        Assert.Equal(orientation >= 5 ? (2, 3) : (3, 2), (image.Width, image.Height));
        Assert.Equal(new ImageInfo(ImageFormat.Png, image.Width, image.Height, orientation), new PngDecoder().Identify(encoded));
        Assert.Equal(3, Decode(encoded, new ImageDecodeOptions { ApplyOrientation = false }).Width);
    }

    /// <summary>Two pixels, with alpha 0 and 98.</summary>
    private static byte[] TranslucentPixels() =>
        new PngBuilder(2, 1, 8, 6) { Sample = (x, _, c) => c == 3 ? x * 98 : (x * 50) + (c * 50) }.Build();

    private static byte Mix(int over, int under, int alpha) => (byte)Math.Floor((((over * alpha) + (under * (255 - alpha))) / 255.0) + 0.5);

    private static void FixHeaderChecksum(byte[] encoded) =>
        BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(29), PngBuilder.Crc(encoded.AsSpan(12, 17)));

    private static ImageBuffer Decode(byte[] encoded, ImageDecodeOptions? options = null)
    {
        var image = new ImageBuffer();
        new PngDecoder().Decode(encoded, options ?? new ImageDecodeOptions(), image);
        return image;
    }

    private static byte[] Expected(PngBuilder builder, int bitDepth, int colorType, int x, int y)
    {
        if (colorType == 3)
        {
            int index = builder.At(x, y, 0);
            return Palette[(3 * index)..((3 * index) + 3)];
        }

        // Pillow clips 16-bit grey without alpha instead of reducing it.
        if (bitDepth == 16 && colorType == 0)
        {
            byte gray = (byte)Math.Min(builder.At(x, y, 0), 255);
            return [gray, gray, gray];
        }

        int Full(int channel) => bitDepth == 16 ? builder.At(x, y, channel) >> 8 : builder.At(x, y, channel) * 255 / builder.MaxSample;
        byte red = (byte)Full(0);
        return builder.Channels < 3 ? [red, red, red] : [red, (byte)Full(1), (byte)Full(2)];
    }
}

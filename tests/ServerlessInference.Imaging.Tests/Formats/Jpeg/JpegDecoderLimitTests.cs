using ServerlessInference.Imaging.Formats.Jpeg;

namespace ServerlessInference.Imaging.Tests.Formats.Jpeg;

public sealed class JpegDecoderLimitTests
{
    private readonly JpegDecoder _decoder = new();
    private readonly ImageBuffer _image = new();

    [Fact]
    public void Decode_TooManyBytes_IsRejected()
    {
        byte[] file = JpegFiles.Read("gray");

        InvalidImageException exception = Refuse(file, new ImageDecodeOptions { MaxEncodedBytes = file.Length - 1 });

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
        Assert.Contains("MaxEncodedBytes", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(45 * 37, 45, true)]
    [InlineData((45 * 37) - 1, 45, false)]
    [InlineData(45 * 37, 44, false)]
    public void Decode_SizeAtLimit_IsAcceptedAndBeyondRejected(long maxPixels, int maxDimension, bool accepted)
    {
        var options = new ImageDecodeOptions { MaxPixels = maxPixels, MaxDimension = maxDimension };
        Exception? exception = Record.Exception(() => _decoder.Decode(JpegFiles.Read("gray"), options, _image));

        Assert.Equal(accepted, exception is null);
        Assert.True(accepted || exception is InvalidImageException { Kind: InvalidImageKind.TooLarge });
    }

    [Fact]
    public void Decode_TooManyScans_IsRejected()
    {
        InvalidImageException exception = Refuse(JpegFiles.Read("progressive-2x2"), new ImageDecodeOptions { MaxProgressiveScans = 9 });

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
        Assert.Contains("9 scans", exception.Message, StringComparison.Ordinal);
        _decoder.Decode(JpegFiles.Read("progressive-2x2"), new ImageDecodeOptions { MaxProgressiveScans = 10 }, _image);
    }

    [Fact]
    public void Decode_HugeDimensions_AreRejectedBeforeAllocation()
    {
        byte[] file = JpegFiles.Read("baseline-1x1");
        int frame = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        file.AsSpan(frame + 5, 4).Fill(0xFF);
        var options = new ImageDecodeOptions();
        Refuse(file, options);
        long before = GC.GetAllocatedBytesForCurrentThread();

        InvalidImageException exception = Refuse(file, options);

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Decode_ArithmeticCoding_IsUnsupported() =>
        Assert.Equal(InvalidImageKind.UnsupportedFormat, Refuse(JpegFiles.Read("arithmetic"), new ImageDecodeOptions()).Kind);

    [Theory]
    [InlineData(0xC3)]
    [InlineData(0xC5)]
    [InlineData(0xC7)]
    [InlineData(0xCB)]
    public void Decode_LosslessOrHierarchical_IsUnsupported(byte marker)
    {
        byte[] file = JpegFiles.Read("gray");
        file[file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]) + 1] = marker;

        Assert.Equal(InvalidImageKind.UnsupportedFormat, Refuse(file, new ImageDecodeOptions()).Kind);
    }

    [Theory]
    [InlineData(4, 12)]
    [InlineData(9, 2)]
    public void Decode_TwelveBitsOrTwoComponents_AreUnsupported(int offset, byte value)
    {
        byte[] file = JpegFiles.Read("gray");
        int frame = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        if (value == 2)
        {
            file = [.. file[..(frame + 3)], 14, .. file[(frame + 4)..(frame + 9)], 2, 1, 0x11, 0, 2, 0x11, 0, .. file[(frame + 13)..]];
        }
        else
        {
            file[frame + offset] = value;
        }

        Assert.Equal(InvalidImageKind.UnsupportedFormat, Refuse(file, new ImageDecodeOptions()).Kind);
    }

    [Theory]
    [InlineData("baseline-2x2")]
    [InlineData("progressive-2x2")]
    [InlineData("restart-1-block")]
    public void Decode_EveryPrefix_IsRejected(string name)
    {
        byte[] file = JpegFiles.Read(name);
        var options = new ImageDecodeOptions();
        for (int length = 0; length < file.Length; length++)
        {
            byte[] prefix = file[..length];
            Assert.Throws<InvalidImageException>(() => _decoder.Decode(prefix, options, _image));
        }
    }

    [Fact]
    public void Decode_TruncatedScan_ReportsTruncation()
    {
        byte[] file = JpegFiles.Read("baseline-2x2");

        InvalidImageException exception = Refuse(file[..^40], new ImageDecodeOptions());

        Assert.Equal("The JPEG ends before its end-of-image marker. Send the whole file.", exception.Message);
        Assert.Equal(InvalidImageKind.Damaged, exception.Kind);
    }

    [Fact]
    public void Decode_AfterRejection_StillDecodes()
    {
        byte[] file = JpegFiles.Read("progressive-2x2");
        Refuse(file[..^200], new ImageDecodeOptions());

        _decoder.Decode(file, new ImageDecodeOptions(), _image);

        Assert.Equal(JpegFiles.Expected().First(row => row.Name == "progressive-2x2").Hash, JpegFiles.Hash(_image));
    }

    private InvalidImageException Refuse(byte[] file, ImageDecodeOptions options) =>
        Assert.Throws<InvalidImageException>(() => _decoder.Decode(file, options, _image));
}

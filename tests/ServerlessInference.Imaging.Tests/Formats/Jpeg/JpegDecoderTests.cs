using ServerlessInference.Imaging.Formats.Jpeg;

namespace ServerlessInference.Imaging.Tests.Formats.Jpeg;

public sealed class JpegDecoderTests
{
    private readonly JpegDecoder _decoder = new();
    private readonly ImageBuffer _image = new();

    public static TheoryData<string> Names => new(JpegFiles.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_FullSize_EqualsPillow(string name)
    {
        (_, _, int width, int height, string hash) = JpegFiles.Expected().Single(row => row.Name == name && row.Eighths == 8);

        _decoder.Decode(JpegFiles.Read(name), new ImageDecodeOptions(), _image);

        Assert.Equal((width, height), (_image.Width, _image.Height));
        Assert.Equal(hash, JpegFiles.Hash(_image));
    }

    [Fact]
    public void Decode_ScaledDown_EqualsLibjpegTurbo()
    {
        foreach ((string name, int eighths, int width, int height, string hash) in JpegFiles.Expected().Where(row => row.Eighths != 8))
        {
            var options = new ImageDecodeOptions { ScaleToShorterSide = Math.Min(width, height) };

            _decoder.Decode(JpegFiles.Read(name), options, _image);

            Assert.Equal((name, eighths, width, height, hash), (name, eighths, _image.Width, _image.Height, JpegFiles.Hash(_image)));
        }
    }

    [Theory]
    [InlineData(0, 45, 37)]
    [InlineData(38, 45, 37)]
    [InlineData(20, 45, 37)]
    [InlineData(19, 23, 19)]
    [InlineData(11, 23, 19)]
    [InlineData(10, 12, 10)]
    [InlineData(6, 12, 10)]
    [InlineData(5, 6, 5)]
    [InlineData(1, 6, 5)]
    public void Decode_ScaleToShorterSide_IsNeverSmaller(int shorterSide, int width, int height)
    {
        _decoder.Decode(JpegFiles.Read("baseline-2x2"), new ImageDecodeOptions { ScaleToShorterSide = shorterSide }, _image);

        Assert.Equal((width, height), (_image.Width, _image.Height));
    }

    [Fact]
    public void Decode_OrientationNotApplied_ReturnsStoredOrder()
    {
        _decoder.Decode(JpegFiles.Read("orientation-1"), new ImageDecodeOptions(), _image);
        string stored = JpegFiles.Hash(_image);

        _decoder.Decode(JpegFiles.Read("orientation-6"), new ImageDecodeOptions { ApplyOrientation = false }, _image);

        Assert.Equal((21, 34), (_image.Width, _image.Height));
        Assert.Equal(stored, JpegFiles.Hash(_image));
    }

    [Fact]
    public void Identify_Rotated_ReturnsDisplayedSize()
    {
        ImageInfo info = _decoder.Identify(JpegFiles.Read("orientation-6"));

        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 34, 21, 6), info);
    }

    [Fact]
    public void Decode_SecondTime_AllocatesNothing()
    {
        byte[][] files =
        [
            JpegFiles.Read("baseline-2x2"), JpegFiles.Read("progressive-2x2"), JpegFiles.Read("cmyk"), JpegFiles.Read("orientation-6")
        ];
        var options = new ImageDecodeOptions();

        Assert.InRange(
            Allocations.Least(() =>
            {
                foreach (byte[] file in files)
                {
                    _decoder.Decode(file, options, _image);
                }
            }),
            0,
            1024);
    }

    [Fact]
    public async Task Decode_Concurrently_ReturnsSameBytes()
    {
        byte[] baseline = JpegFiles.Read("baseline-2x2");
        byte[] progressive = JpegFiles.Read("progressive-2x2");

        string[] hashes = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() =>
        {
            var image = new ImageBuffer();
            _decoder.Decode(i % 2 == 0 ? baseline : progressive, new ImageDecodeOptions(), image);
            return (i % 2) + JpegFiles.Hash(image);
        })));

        Assert.Equal(2, hashes.Distinct().Count());
    }
}

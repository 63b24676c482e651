using System.Security.Cryptography;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Imaging.Tests.Processing;

/// <summary>
/// The expected hashes are those of Pillow and OpenCV. <c>generate_resize_hashes.py</c>, next to this file, computed them and states the
/// versions.
/// </summary>
public sealed class ImageResizerTests
{
    public static TheoryData<ResizeFilter> Filters() => [.. Enum.GetValues<ResizeFilter>()];

    [Theory]
    [InlineData(ResizeFilter.Nearest, 97, 61, 40, 24, "91f17aaa68c0a02b")]
    [InlineData(ResizeFilter.Nearest, 40, 24, 97, 61, "c49476af035a56f3")]
    [InlineData(ResizeFilter.Nearest, 33, 50, 33, 20, "88c50ded6d396c6a")]
    [InlineData(ResizeFilter.Nearest, 50, 33, 20, 33, "5cdc53bc4fd90dd9")]
    [InlineData(ResizeFilter.Nearest, 640, 12, 7, 5, "15abf95a6667e66d")]
    [InlineData(ResizeFilter.Nearest, 5, 7, 64, 90, "b33f291816b20e90")]
    [InlineData(ResizeFilter.Nearest, 1, 1, 9, 4, "f332e2198e446e28")]
    [InlineData(ResizeFilter.Nearest, 64, 48, 32, 24, "3c4beb5d893ca4a7")]
    [InlineData(ResizeFilter.Bilinear, 97, 61, 40, 24, "9ba554e47a166852")]
    [InlineData(ResizeFilter.Bilinear, 40, 24, 97, 61, "9f043399ff620ab3")]
    [InlineData(ResizeFilter.Bilinear, 33, 50, 33, 20, "a21184ff55e078e9")]
    [InlineData(ResizeFilter.Bilinear, 50, 33, 20, 33, "5ca7484bbac0c2da")]
    [InlineData(ResizeFilter.Bilinear, 640, 12, 7, 5, "0b07081095816413")]
    [InlineData(ResizeFilter.Bilinear, 5, 7, 64, 90, "1d885aa977509824")]
    [InlineData(ResizeFilter.Bilinear, 1, 1, 9, 4, "f332e2198e446e28")]
    [InlineData(ResizeFilter.Bilinear, 64, 48, 32, 24, "2b259d8aa9495013")]
    [InlineData(ResizeFilter.Bicubic, 97, 61, 40, 24, "b009a5a22734a5c5")]
    [InlineData(ResizeFilter.Bicubic, 40, 24, 97, 61, "4a9b232cb3eca51a")]
    [InlineData(ResizeFilter.Bicubic, 33, 50, 33, 20, "631beb212e1d898d")]
    [InlineData(ResizeFilter.Bicubic, 50, 33, 20, 33, "921af4b030b41416")]
    [InlineData(ResizeFilter.Bicubic, 640, 12, 7, 5, "2e1f36e884bd5946")]
    [InlineData(ResizeFilter.Bicubic, 5, 7, 64, 90, "0419006a0604e662")]
    [InlineData(ResizeFilter.Bicubic, 1, 1, 9, 4, "f332e2198e446e28")]
    [InlineData(ResizeFilter.Bicubic, 64, 48, 32, 24, "083d3d507abbe32c")]
    [InlineData(ResizeFilter.Box, 97, 61, 40, 24, "c81e700200fb46b0")]
    [InlineData(ResizeFilter.Box, 40, 24, 97, 61, "bba22145d38c8f00")]
    [InlineData(ResizeFilter.Box, 33, 50, 33, 20, "4a8ce8a750683a19")]
    [InlineData(ResizeFilter.Box, 50, 33, 20, 33, "219abc391cf968da")]
    [InlineData(ResizeFilter.Box, 640, 12, 7, 5, "306c134d64382546")]
    [InlineData(ResizeFilter.Box, 5, 7, 64, 90, "b33f291816b20e90")]
    [InlineData(ResizeFilter.Box, 1, 1, 9, 4, "f332e2198e446e28")]
    [InlineData(ResizeFilter.Box, 64, 48, 32, 24, "9720df02827c133f")]
    [InlineData(ResizeFilter.Hamming, 97, 61, 40, 24, "200bb8a70f356d5c")]
    [InlineData(ResizeFilter.Hamming, 40, 24, 97, 61, "af28294bf9dd91d0")]
    [InlineData(ResizeFilter.Hamming, 33, 50, 33, 20, "0dcfb5fbfcf66574")]
    [InlineData(ResizeFilter.Hamming, 50, 33, 20, 33, "9616f9d9bd0a7492")]
    [InlineData(ResizeFilter.Hamming, 640, 12, 7, 5, "a4cbd409a5f8dc67")]
    [InlineData(ResizeFilter.Hamming, 5, 7, 64, 90, "db57851ed32c4e22")]
    [InlineData(ResizeFilter.Hamming, 1, 1, 9, 4, "f332e2198e446e28")]
    [InlineData(ResizeFilter.Hamming, 64, 48, 32, 24, "3770b522d906afb2")]
    [InlineData(ResizeFilter.Lanczos, 97, 61, 40, 24, "0e282dd1619038c7")]
    [InlineData(ResizeFilter.Lanczos, 40, 24, 97, 61, "87d8fb28324fff32")]
    [InlineData(ResizeFilter.Lanczos, 33, 50, 33, 20, "0f06957414209166")]
    [InlineData(ResizeFilter.Lanczos, 50, 33, 20, 33, "1f1701f94a2c86c6")]
    [InlineData(ResizeFilter.Lanczos, 640, 12, 7, 5, "fd30f24029ee127d")]
    [InlineData(ResizeFilter.Lanczos, 5, 7, 64, 90, "35ecd152844d93dc")]
    [InlineData(ResizeFilter.Lanczos, 1, 1, 9, 4, "f332e2198e446e28")]
    [InlineData(ResizeFilter.Lanczos, 64, 48, 32, 24, "123afcf0a8d117bf")]
    [InlineData(ResizeFilter.OpenCvLinear, 97, 61, 40, 24, "6326ca7889cdd4df")]
    [InlineData(ResizeFilter.OpenCvLinear, 40, 24, 97, 61, "be71cd7036d2cf3c")]
    [InlineData(ResizeFilter.OpenCvLinear, 33, 50, 33, 20, "cd75fd3d6e625dba")]
    [InlineData(ResizeFilter.OpenCvLinear, 50, 33, 20, 33, "0ab18c448adc6bc9")]
    [InlineData(ResizeFilter.OpenCvLinear, 640, 12, 7, 5, "5626c82c2bd0956c")]
    [InlineData(ResizeFilter.OpenCvLinear, 5, 7, 64, 90, "924634182302a24f")]
    [InlineData(ResizeFilter.OpenCvLinear, 1, 1, 9, 4, "f332e2198e446e28")]
    [InlineData(ResizeFilter.OpenCvLinear, 64, 48, 32, 24, "917f9ad9508a2f39")]
    public void Resize_AnyFilter_EqualsPillowOrOpenCv(ResizeFilter filter, int width, int height, int toWidth, int toHeight, string hash)
    {
        var result = new ImageBuffer();
        new ImageResizer().Resize(TestImage.Create(width, height), result, toWidth, toHeight, filter);

        Assert.Equal((toWidth, toHeight), (result.Width, result.Height));
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(result.Pixels))[..16]);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Resize_Crop_EqualsCroppingTheWholeResult(ResizeFilter filter)
    {
        var resizer = new ImageResizer();
        var whole = new ImageBuffer();
        var part = new ImageBuffer();
        foreach ((int width, int height) in (ReadOnlySpan<(int, int)>)[(150, 37), (21, 90), (75, 60), (64, 64)])
        {
            ImageBuffer source = TestImage.Random(width, height, 1);
            resizer.Resize(source, whole, 75, 64, filter);
            foreach (var crop in (ReadOnlySpan<PixelRectangle>)[new(0, 0, 75, 64), new(3, 5, 40, 20), new(74, 63, 1, 1), new(0, 60, 75, 4)])
            {
                resizer.Resize(source, part, 75, 64, crop, filter);
                for (int y = 0; y < crop.Height; y++)
                {
                    Assert.True(
                        whole.Row(crop.Top + y).Slice(crop.Left * 3, crop.Width * 3).SequenceEqual(part.Row(y)),
                        $"{width} x {height}, {crop}, row {y}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Resize_SingleColor_KeepsColor(ResizeFilter filter)
    {
        var result = new ImageBuffer();
        new ImageResizer().Resize(TestImage.Solid(31, 17, 255), result, 12, 40, filter);

        Assert.Equal(-1, result.Pixels.IndexOfAnyExcept((byte)255));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Resize_SameSize_CopiesThePixels(ResizeFilter filter)
    {
        ImageBuffer source = TestImage.Random(13, 7, 3);
        var result = new ImageBuffer();
        new ImageResizer().Resize(source, result, 13, 7, filter);

        Assert.True(source.Pixels.SequenceEqual(result.Pixels));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Resize_SameSizesAgain_AllocatesNothing(ResizeFilter filter)
    {
        var resizer = new ImageResizer();
        ImageBuffer source = TestImage.Random(200, 150, 4);
        var result = new ImageBuffer();
        resizer.Resize(source, result, 64, 48, filter);
        resizer.Resize(source, result, 64, 48, filter);

        Assert.Equal(0, Allocations.Least(() => resizer.Resize(source, result, 64, 48, filter)));
    }

    [Fact]
    public void Resize_EmptySource_ThrowsArgumentException() =>
        Assert.Throws<ArgumentException>(() => new ImageResizer().Resize(new ImageBuffer(), new ImageBuffer(), 1, 1, ResizeFilter.Box));

    [Fact]
    public void Resize_IntoItself_ThrowsArgumentException()
    {
        ImageBuffer image = TestImage.Solid(2, 2, 0);
        Assert.Throws<ArgumentException>(() => new ImageResizer().Resize(image, image, 1, 1, ResizeFilter.Box));
    }

    [Fact]
    public void Resize_UnknownFilter_ThrowsArgumentOutOfRangeException() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ImageResizer().Resize(TestImage.Solid(2, 2, 0), new ImageBuffer(), 1, 1, (ResizeFilter)99));

    [Theory]
    [InlineData(-1, 0, 2, 2)]
    [InlineData(0, 0, 5, 4)]
    [InlineData(3, 0, 2, 1)]
    [InlineData(0, 0, 0, 1)]
    [InlineData(2, 0, int.MaxValue, 1)]
    public void Resize_CropOutsideTheResult_ThrowsArgumentOutOfRangeException(int left, int top, int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageResizer().Resize(
            TestImage.Solid(2, 2, 0), new ImageBuffer(), 4, 4, new PixelRectangle(left, top, width, height), ResizeFilter.Box));
}

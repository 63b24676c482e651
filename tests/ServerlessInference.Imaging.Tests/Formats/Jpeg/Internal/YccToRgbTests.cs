using ServerlessInference.Imaging.Formats.Jpeg;

namespace ServerlessInference.Imaging.Tests.Formats.Jpeg.Internal;

public sealed unsafe class YccToRgbTests
{
    [Fact]
    public void Convert_EveryColourDifference_EqualsSinglePixels()
    {
        const int Width = 256;
        byte* y = stackalloc byte[Width + 32];
        byte* cb = stackalloc byte[Width + 32];
        byte* cr = stackalloc byte[Width + 32];
        byte[] row = new byte[Width * 3];
        byte* pixel = stackalloc byte[3];
        fixed (byte* target = row)
        {
            for (int difference = 0; difference < 256; difference++)
            {
                for (int x = 0; x < Width; x++)
                {
                    y[x] = (byte)((x * 37) + (difference * 11));
                    cb[x] = (byte)x;
                    cr[x] = (byte)difference;
                }

                YccToRgb.Convert(y, cb, cr, Width, target);

                for (int x = 0; x < Width; x++)
                {
                    YccToRgb.ConvertPixel(y[x], cb[x] - 128, cr[x] - 128, pixel);
                    Assert.Equal(new ReadOnlySpan<byte>(pixel, 3), row.AsSpan(3 * x, 3));
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(95)]
    public void Convert_AnyWidth_WritesNothingAfterRow(int width)
    {
        byte* samples = stackalloc byte[width + 32];
        byte* target = stackalloc byte[(3 * width) + 64];
        new Span<byte>(samples, width + 32).Fill(200);
        new Span<byte>(target, (3 * width) + 64).Fill(7);

        YccToRgb.Convert(samples, samples, samples, width, target);

        Assert.Equal(-1, new ReadOnlySpan<byte>(target + (3 * width), 64).IndexOfAnyExcept((byte)7));
    }
}

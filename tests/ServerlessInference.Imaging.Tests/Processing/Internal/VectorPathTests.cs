using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Imaging.Tests.Processing.Internal;

public sealed class VectorPathTests
{
    public static IEnumerable<TheoryDataRow<string, ResizeFilter>> Paths() =>
        from path in Enum.GetValues<VectorPath>()
        where path > VectorPath.Scalar
        from filter in Enum.GetValues<ResizeFilter>()
        select new TheoryDataRow<string, ResizeFilter>(path.ToString(), filter);

    [Theory]
    [MemberData(nameof(Paths))]
    public void ReadRow_AnyPath_EqualsScalarPath(string path, ResizeFilter filter)
    {
        Assert.SkipWhen(Enum.Parse<VectorPath>(path) > VectorPaths.Best, $"This processor has no {path}.");
        var scalar = new ResamplerSet(VectorPath.Scalar);
        var vector = new ResamplerSet(Enum.Parse<VectorPath>(path));
        var random = new Random(7);
        for (int i = 0; i < 150; i++)
        {
            int range = i % 3 == 0 ? 9 : 160;
            ImageBuffer source = TestImage.Random(random.Next(1, range), random.Next(1, range), i);
            bool halves = i % 10 == 0 && source.Width % 2 == 0 && source.Height % 2 == 0;
            PixelRegion region = PixelRegion.Whole(
                source, halves ? source.Width / 2 : random.Next(1, range), halves ? source.Height / 2 : random.Next(1, range));
            int left = random.Next(region.ResizedWidth);
            region = region with { Left = left, Width = random.Next(1, region.ResizedWidth - left + 1) };

            Assert.Equal(Run(scalar, source, region, filter), Run(vector, source, region, filter));
        }
    }

    private static byte[] Run(ResamplerSet resamplers, ImageBuffer source, PixelRegion region, ResizeFilter filter)
    {
        int stride = region.Width * 3;
        byte[] result = new byte[stride * region.Height];
        RowResampler resampler = resamplers.Select(region, filter);
        resampler.Begin(source, region);
        for (int y = 0; y < region.Height; y++)
        {
            resampler.ReadRow(y, result.AsSpan(y * stride, stride));
        }

        resampler.End();
        return result;
    }
}

using System.Runtime.Intrinsics.X86;
using ServerlessInference.Imaging.Formats;
using ServerlessInference.Imaging.Formats.Jpeg;

namespace ServerlessInference.Imaging.Tests.Formats.Jpeg.Internal;

public sealed unsafe class InverseDctTests
{
    private const int Stride = 32;

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(2047)]
    [InlineData(32767)]
    public void Transform_AnyPath_ReturnsSameSamples(int largest)
    {
        var random = new Random(largest);
        short* pair = stackalloc short[ZigZag.PairLength];
        short* multipliers = stackalloc short[ZigZag.PairLength];
        byte* expected = stackalloc byte[8 * Stride];
        byte* actual = stackalloc byte[8 * Stride];
        for (int round = 0; round < 2000; round++)
        {
            bool leftFirst = round % 5 == 0;
            bool rightFirst = round % 3 == 0;
            for (int i = 0; i < ZigZag.PairLength; i++)
            {
                bool zero = random.Next(4) != 0 || (i >= ZigZag.RowStride && (i % 16 < 8 ? leftFirst : rightFirst));
                pair[i] = (short)(zero ? 0 : random.Next(-largest, largest + 1));
                multipliers[i] = (short)random.Next(1, 256);
            }

            InverseDctScalar.Transform(pair, multipliers, expected, Stride, leftFirst);
            InverseDctScalar.Transform(pair + 8, multipliers + 8, expected + 8, Stride, rightFirst);
            if (Lanes.IsSupported128)
            {
                InverseDct128.Transform(pair, multipliers, actual, Stride, leftFirst);
                InverseDct128.Transform(pair + 8, multipliers + 8, actual + 8, Stride, rightFirst);
                AssertEqual(expected, actual);
            }

            if (Avx2.IsSupported)
            {
                new Span<byte>(actual, 8 * Stride).Clear();
                InverseDctPair.Transform(pair, multipliers, actual, Stride, leftFirst, rightFirst);
                AssertEqual(expected, actual);
            }
        }
    }

    [Fact]
    public void Transform_WithinRange_DiffersByAtMostOneFromRealTransform()
    {
        var random = new Random(1);
        short* block = stackalloc short[ZigZag.PairLength];
        short* ones = stackalloc short[ZigZag.PairLength];
        new Span<short>(ones, ZigZag.PairLength).Fill(1);
        byte* samples = stackalloc byte[8 * Stride];
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; i < ZigZag.PairLength; i++)
            {
                block[i] = (short)random.Next(-60, 61);
            }

            InverseDctScalar.Transform(block, ones, samples, Stride, firstRowOnly: false);

            for (int n = 0; n < 64; n++)
            {
                double real = Math.Clamp(Real(block, n % 8, n / 8) + 128, 0, 255);
                Assert.InRange(samples[(n / 8 * Stride) + (n % 8)] - real, -1, 1);
            }
        }
    }

    [Fact]
    public void DcSample_AnyCoefficient_EqualsTransform()
    {
        short* block = stackalloc short[ZigZag.PairLength];
        short* multipliers = stackalloc short[ZigZag.PairLength];
        byte* samples = stackalloc byte[8 * Stride];
        new Span<short>(block, ZigZag.PairLength).Clear();
        for (int dc = short.MinValue; dc <= short.MaxValue; dc += 7)
        {
            block[0] = (short)dc;
            multipliers[0] = (short)(1 + (dc & 15));
            InverseDctScalar.Transform(block, multipliers, samples, Stride, firstRowOnly: true);

            Assert.Equal(samples[0], InverseDctScalar.DcSample((short)dc, multipliers[0]));
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(32767)]
    public void TransformReduced_AnyPath_ReturnsSameSamples(int largest)
    {
        Assert.SkipUnless(Lanes.IsSupported128, "There are no 128-bit vectors, and so only one path.");
        var random = new Random(largest);
        short* block = stackalloc short[ZigZag.PairLength];
        short* multipliers = stackalloc short[ZigZag.PairLength];
        byte* expected = stackalloc byte[8 * Stride];
        byte* actual = stackalloc byte[8 * Stride];
        new Span<byte>(expected, 8 * Stride).Clear();
        new Span<byte>(actual, 8 * Stride).Clear();
        for (int round = 0; round < 2000; round++)
        {
            bool firstRow = round % 3 == 0;
            for (int i = 0; i < ZigZag.PairLength; i++)
            {
                bool zero = random.Next(3) != 0 || (firstRow && i / ZigZag.RowStride is not (0 or 4));
                block[i] = (short)(zero ? 0 : random.Next(-largest, largest + 1));
                multipliers[i] = (short)random.Next(1, 256);
            }

            ReducedInverseDct.Transform4(block, multipliers, expected, Stride, firstRow);
            ReducedInverseDct128.Transform4(block, multipliers, actual, Stride, firstRow);
            AssertEqual(expected, actual);
            ReducedInverseDct.Transform2(block, multipliers, expected, Stride);
            ReducedInverseDct128.Transform2(block, multipliers, actual, Stride);
            AssertEqual(expected, actual);
        }
    }

    private static double Real(short* block, int x, int y)
    {
        double sum = 0;
        for (int n = 0; n < 64; n++)
        {
            (int u, int v) = (n % 8, n / 8);
            double scale = (u == 0 ? Math.Sqrt(0.5) : 1) * (v == 0 ? Math.Sqrt(0.5) : 1) / 4;
            sum += scale * block[(v * ZigZag.RowStride) + u]
                * Math.Cos(((2 * x) + 1) * u * Math.PI / 16) * Math.Cos(((2 * y) + 1) * v * Math.PI / 16);
        }

        return sum;
    }

    private static void AssertEqual(byte* expected, byte* actual)
    {
        for (int y = 0; y < 8; y++)
        {
            Assert.Equal(new ReadOnlySpan<byte>(expected + (y * Stride), 16), new ReadOnlySpan<byte>(actual + (y * Stride), 16));
        }
    }
}

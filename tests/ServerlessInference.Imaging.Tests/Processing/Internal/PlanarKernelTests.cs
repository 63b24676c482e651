using System.Runtime.Intrinsics;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Imaging.Tests.Processing.Internal;

public sealed unsafe class PlanarKernelTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_AnyWidth_EqualsTableBitForBit(bool wide)
    {
        Assert.SkipUnless(Vector128.IsHardwareAccelerated, "Without vectors nothing runs here.");
        const int Count = 256 + 15;
        var normalizer = new PixelNormalizer(new ImagePreprocessingOptions());
        byte[] row = [.. Enumerable.Range(0, Count * 3).Select(i => (byte)((i / 3) + (i % 3 * 85)))];
        float[] planes = new float[3 * Count];
        int done;
        fixed (byte* pixels = row)
        fixed (float* to = planes)
        {
            done = PlanarKernel.Run(pixels, Count, normalizer, to, to + Count, to + (2 * Count), wide);
        }

        Assert.Equal(256, done);
        for (int i = 0; i < 3 * done; i++)
        {
            int channel = i / done;
            int pixel = i % done;
            float expected = normalizer.Table[(channel * PixelNormalizer.Levels) + row[(pixel * 3) + channel]];
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(planes[(channel * Count) + pixel]));
        }
    }
}

using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Imaging.Tests.Processing;

public sealed class ImageTensorizerTests
{
    [Theory]
    [InlineData(TensorLayout.Nchw, ChannelOrder.Rgb)]
    [InlineData(TensorLayout.Nchw, ChannelOrder.Bgr)]
    [InlineData(TensorLayout.Nhwc, ChannelOrder.Rgb)]
    [InlineData(TensorLayout.Nhwc, ChannelOrder.Bgr)]
    public void Write_AnyLayoutAndOrder_WritesEachValueToItsPosition(TensorLayout layout, ChannelOrder order)
    {
        const int Width = 37, Height = 5;
        ImageBuffer image = TestImage.Random(Width, Height, 1);
        ImagePreprocessingOptions options = Unresized();
        (options.Layout, options.ChannelOrder) = (layout, order);
        var tensorizer = new ImageTensorizer(options);
        float[] floats = new float[3 * Width * Height];
        var halves = new Half[floats.Length];
        byte[] bytes = new byte[floats.Length];
        tensorizer.Write(image, floats);
        tensorizer.Write(image, halves);
        tensorizer.Write(image, bytes);

        float[] means = [0.485f, 0.456f, 0.406f];
        float[] deviations = [0.229f, 0.224f, 0.225f];
        for (int i = 0; i < floats.Length; i++)
        {
            int channel = layout == TensorLayout.Nchw ? i / (Width * Height) : i % 3;
            int position = layout == TensorLayout.Nchw ? i % (Width * Height) : i / 3;
            int color = order == ChannelOrder.Rgb ? channel : 2 - channel;
            byte pixel = image.Pixels[(position * 3) + color];
            float expected = ((pixel / 255f) - means[color]) / deviations[color];
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(floats[i]));
            Assert.Equal((Half)expected, halves[i]);
            Assert.Equal(pixel, bytes[i]);
        }
    }

    [Theory]
    [InlineData(1 / 255.0, 0.485f, 0.229f)]
    [InlineData(1 / 127.5, 1f, 1f)]
    [InlineData(0.0039, 0.3f, 0.7f)]
    [InlineData(1.0, 123.675f, 58.395f)]
    [InlineData(1e-12, -1e-20f, -3e-30f)]
    public void Write_AnyScale_EqualsFormulaBitForBit(double scale, float mean, float deviation)
    {
        ImagePreprocessingOptions options = Unresized();
        (options.Scale, options.Mean, options.StandardDeviation) = (scale, new ChannelValues(mean), new ChannelValues(deviation));
        var image = new ImageBuffer(256, 1);
        float[] tensor = new float[3 * 256];
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(i / 3);
        }

        new ImageTensorizer(options).Write(image, tensor);
        for (int i = 0; i < tensor.Length; i++)
        {
            float expected = ((float)(i % 256 * scale) - mean) / deviation;
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(tensor[i]));
        }
    }

    [Fact]
    public void Write_ShorterSideAndCrop_EqualsResizingAndCropping()
    {
        ImageBuffer image = TestImage.Random(131, 77, 2);
        var options = new ImagePreprocessingOptions { ShorterSide = 61, Width = 48, Height = 40, Layout = TensorLayout.Nhwc };
        byte[] tensor = new byte[3 * 48 * 40];
        LetterboxTransform transform = new ImageTensorizer(options).Write(image, tensor);

        // int(61 * 131 / 77) = 103; round(55 / 2) = 28 and round(21 / 2) = 10, both rounded half to even.
        var resized = new ImageBuffer();
        new ImageResizer().Resize(image, resized, 103, 61, new PixelRectangle(28, 10, 48, 40), ResizeFilter.Bilinear);
        Assert.Equal(resized.Pixels.ToArray(), tensor);
        Assert.Equal(new LetterboxTransform(131, 77, 103 / 131.0, 61 / 77.0, -28, -10), transform);
    }

    [Theory]
    [InlineData(CropRounding.HalfToEven, -28, -10)]
    [InlineData(CropRounding.Down, -27, -10)]
    public void Write_OddCropRemainder_RoundsAsConfigured(CropRounding rounding, int left, int top)
    {
        var options = new ImagePreprocessingOptions { ShorterSide = 61, Width = 48, Height = 40, CropRounding = rounding };
        LetterboxTransform transform = new ImageTensorizer(options).Write(TestImage.Random(131, 77, 2), new byte[3 * 48 * 40]);

        Assert.Equal((left, top), (transform.PadLeft, transform.PadTop));
    }

    [Theory]
    [InlineData(CropRounding.HalfToEven, 2, 0)]
    [InlineData(CropRounding.Down, 3, 1)]
    public void Write_CropLargerThanImage_PadsWithBlack(CropRounding rounding, int left, int top)
    {
        ImagePreprocessingOptions options = Unresized();
        (options.Width, options.Height, options.CropRounding, options.Layout) = (10, 6, rounding, TensorLayout.Nhwc);
        byte[] tensor = new byte[3 * 10 * 6];
        tensor.AsSpan().Fill(77);
        new ImageTensorizer(options).Write(TestImage.Solid(5, 5, 200), tensor);

        Assert.Equal(5 * 5 * 3, tensor.Count(value => value == 200));
        Assert.Equal((10 * 6 * 3) - 75, tensor.Count(value => value == 0));
        Assert.Equal(200, tensor[((top * 10) + left) * 3]);
    }

    [Fact]
    public void Write_Letterbox_CentersAndPads()
    {
        ImagePreprocessingOptions options = ImagePreprocessingPresets.Ultralytics(64);
        options.Layout = TensorLayout.Nhwc;
        byte[] tensor = new byte[3 * 64 * 64];
        LetterboxTransform transform = new ImageTensorizer(options).Write(TestImage.Solid(100, 51, 200), tensor);

        // 51 * 0.64 = 32.64, so 33 rows; 31 are left: 15 above, 16 below.
        Assert.Equal(new LetterboxTransform(100, 51, 0.64, 0.64, 0, 15), transform);
        Assert.Equal(-1, tensor.AsSpan(0, 15 * 64 * 3).IndexOfAnyExcept((byte)114));
        Assert.Equal(-1, tensor.AsSpan(15 * 64 * 3, 33 * 64 * 3).IndexOfAnyExcept((byte)200));
        Assert.Equal(-1, tensor.AsSpan(48 * 64 * 3).IndexOfAnyExcept((byte)114));
    }

    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void Write_TallLetterbox_PadsBothSidesOfEachRow(TensorLayout layout)
    {
        ImagePreprocessingOptions options = ImagePreprocessingPresets.Ultralytics(32);
        options.Layout = layout;
        float[] tensor = new float[3 * 32 * 32];
        new ImageTensorizer(options).Write(TestImage.Solid(20, 64, 255), tensor);

        Assert.Equal(3 * 32 * 10, tensor.Count(value => value == 1f));
        Assert.Equal(3 * 32 * 22, tensor.Count(value => value == 114f / 255f));
        Assert.Equal(1f, tensor[layout == TensorLayout.Nchw ? 11 : 33]);
        Assert.Equal(114f / 255f, tensor[layout == TensorLayout.Nchw ? 10 : 32]);
    }

    [Fact]
    public void Write_TopLeftLetterbox_RoundsDownAndKeepsTheCorner()
    {
        ImagePreprocessingOptions options = ImagePreprocessingPresets.Yolox(64);
        LetterboxTransform transform = new ImageTensorizer(options).Write(TestImage.Solid(100, 51, 200), new float[3 * 64 * 64]);

        Assert.Equal((0, 0), (transform.PadLeft, transform.PadTop));
    }

    [Fact]
    public void GetSize_LetterboxStride_PadsToNextMultiple()
    {
        ImagePreprocessingOptions options = ImagePreprocessingPresets.Ultralytics(640);
        options.LetterboxStride = 32;

        Assert.Equal(new ImageSize(640, 384), new ImageTensorizer(options).GetSize(1920, 1080));
        Assert.Equal(new ImageSize(480, 640), new ImageTensorizer(options).GetSize(810, 1080));
    }

    [Fact]
    public void GetSize_NoUpscaling_KeepsASmallImage()
    {
        ImagePreprocessingOptions options = ImagePreprocessingPresets.Ultralytics(640);
        options.LetterboxUpscale = false;
        LetterboxTransform transform = new ImageTensorizer(options).Write(TestImage.Solid(100, 50, 1), new byte[3 * 640 * 640]);

        Assert.Equal(new LetterboxTransform(100, 50, 1, 1, 270, 295), transform);
    }

    [Fact]
    public void GetSize_ShorterSideWithoutCrop_KeepsAspectRatio()
    {
        var options = new ImagePreprocessingOptions { Width = 0, Height = 0, ShorterSide = 256 };

        Assert.Equal(new ImageSize(341, 256), new ImageTensorizer(options).GetSize(500, 375));
    }

    [Fact]
    public void GetSize_ExtremeAspectRatio_IsTooLarge()
    {
        var options = new ImagePreprocessingOptions { Width = 0, Height = 0, ShorterSide = 65_535 };
        var exception = Assert.Throws<InvalidImageException>(() => new ImageTensorizer(options).GetSize(1, 65_535));

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
    }

    [Fact]
    public void Write_ExtremeAspectRatioWithCrop_Succeeds()
    {
        byte[] tensor = new byte[3 * 224 * 224];
        new ImageTensorizer(new ImagePreprocessingOptions()).Write(TestImage.Solid(1, 3_000, 9), tensor);
        new ImageTensorizer(ImagePreprocessingPresets.Ultralytics(224)).Write(TestImage.Solid(1, 3_000, 9), tensor);

        Assert.Contains((byte)9, tensor);
    }

    [Fact]
    public void Write_TensorTooShort_StatesRequiredLength()
    {
        var exception = Assert.Throws<ArgumentException>(
            () => new ImageTensorizer(new ImagePreprocessingOptions()).Write(TestImage.Solid(9, 9, 9), new float[100]));

        Assert.Contains("3 x 224 x 224 = 150528", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_LongerTensor_LeavesRestUnchanged()
    {
        float[] tensor = new float[(3 * 224 * 224) + 1];
        tensor[^1] = 42;
        new ImageTensorizer(new ImagePreprocessingOptions()).Write(TestImage.Solid(9, 9, 9), tensor);

        Assert.Equal(42, tensor[^1]);
    }

    [Fact]
    public void Write_SameSizeAgain_AllocatesNothing()
    {
        var tensorizer = new ImageTensorizer(new ImagePreprocessingOptions());
        ImageBuffer image = TestImage.Random(500, 375, 1);
        float[] tensor = new float[3 * 224 * 224];
        tensorizer.Write(image, tensor);
        tensorizer.Write(image, tensor);

        Assert.Equal(0, Allocations.Least(() => tensorizer.Write(image, tensor)));
    }

    [Fact]
    public void Write_Concurrently_WritesEachTensor()
    {
        var tensorizer = new ImageTensorizer(ImagePreprocessingPresets.Ultralytics(96));
        ImageBuffer[] images = [.. Enumerable.Range(0, 8).Select(i => TestImage.Random(50 + (7 * i), 90 - (5 * i), i))];
        float[][] alone = [.. images.Select(image => Write(tensorizer, image))];

        Parallel.For(0, 200, i => Assert.Equal(alone[i % images.Length], Write(tensorizer, images[i % images.Length])));
    }

    [Fact]
    public void Create_InvalidOptions_ReportsEveryFailure()
    {
        var options = new ImagePreprocessingOptions
        {
            Mode = ImageResizeMode.Exact,
            Width = 0,
            Height = -1,
            Scale = 0,
            StandardDeviation = new ChannelValues(1, 0, 1),
            Filter = (ResizeFilter)50,
        };
        var exception = Assert.Throws<ArgumentException>(() => new ImageTensorizer(options));

        IReadOnlyList<string> failures = options.Validate();
        Assert.Equal(6, failures.Count);
        Assert.All(failures, failure => Assert.Contains(failure, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Create_OptionsChangedAfterwards_UsesOriginalOptions()
    {
        var options = new ImagePreprocessingOptions();
        var tensorizer = new ImageTensorizer(options);
        options.Width = 1;

        Assert.Equal(new ImageSize(224, 224), tensorizer.GetSize(10, 10));
    }

    private static float[] Write(ImageTensorizer tensorizer, ImageBuffer image)
    {
        float[] tensor = new float[3 * 96 * 96];
        tensorizer.Write(image, tensor);
        return tensor;
    }

    private static ImagePreprocessingOptions Unresized() => new() { Mode = ImageResizeMode.None, Width = 0, Height = 0 };
}

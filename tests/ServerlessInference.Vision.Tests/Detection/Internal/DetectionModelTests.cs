using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision.Tests.Detection.Internal;

public sealed class DetectionModelTests
{
    [Fact]
    public void CreatePreprocessing_Ultralytics_UsesUltralyticsLetterboxInModelSize()
    {
        ImagePreprocessingOptions settings = DetectionFixture.With("output0", 1, 84, 6300).Input(1, 3, 480, 640).Ultralytics("detect", 80)
            .Detection().CreatePreprocessing();

        Assert.Equal(
            (ImageResizeMode.Letterbox, LetterboxStyle.Centered, ResizeFilter.OpenCvLinear),
            (settings.Mode, settings.LetterboxStyle, settings.Filter));
        Assert.Equal((480, 640, 114), (settings.Height, settings.Width, settings.LetterboxFill));
        Assert.Equal((ChannelOrder.Rgb, 1.0 / 255), (settings.ChannelOrder, settings.Scale));
        Assert.True(settings.LetterboxUpscale);
        Assert.Equal(0, settings.LetterboxStride);
    }

    [Fact]
    public void CreatePreprocessing_Yolox_UsesYoloxLetterbox()
    {
        ImagePreprocessingOptions settings = DetectionFixture.With("output", 1, 3549, 85).Input(1, 3, 416, 416).Labels(80).Detection()
            .CreatePreprocessing();

        Assert.Equal(
            (LetterboxStyle.TopLeft, ChannelOrder.Bgr, 1.0, 416),
            (settings.LetterboxStyle, settings.ChannelOrder, settings.Scale, settings.Width));
    }

    [Theory]
    [InlineData("[320, 480]", 320, 480)]
    [InlineData("416", 416, 416)]
    [InlineData("none", 640, 640)]
    [InlineData("[0, 99999999]", 640, 640)]
    public void CreatePreprocessing_DynamicSize_UsesMetadata(string imgsz, int height, int width)
    {
        ImagePreprocessingOptions settings = DetectionFixture.With("output0", -1, 84, -1).Input(-1, 3, -1, -1)
            .Ultralytics("detect", 80).Metadata("imgsz", imgsz).Detection().CreatePreprocessing();

        Assert.Equal((height, width), (settings.Height, settings.Width));
    }

    [Theory]
    [InlineData(-1, 64)]
    [InlineData(640, 0)]
    public void CreatePreprocessing_RectangularInput_OnlyIfSizeIsDynamic(long side, int stride)
    {
        DetectionFixture fixture = DetectionFixture.With("output0", 1, 84, -1).Input(1, 3, side, side).Ultralytics("detect", 80)
            .Metadata("stride", "64");
        fixture.Options.RectangularInput = true;

        Assert.Equal(stride, fixture.Detection().CreatePreprocessing().LetterboxStride);
    }

    [Fact]
    public void CreatePreprocessing_Option_IsUsedUnchanged()
    {
        DetectionFixture fixture = DetectionFixture.With("output0", 1, 84, 8400).Labels(80);
        fixture.Options.Preprocessing = ImagePreprocessingPresets.Ultralytics(1280);

        Assert.Equal(1280, fixture.Detection().CreatePreprocessing().Width);
        Assert.NotSame(fixture.Options.Preprocessing, fixture.Detection().CreatePreprocessing());
    }
}

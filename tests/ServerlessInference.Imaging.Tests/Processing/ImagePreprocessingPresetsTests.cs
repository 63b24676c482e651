using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Imaging.Tests.Processing;

public sealed class ImagePreprocessingPresetsTests
{
    [Fact]
    public void Torchvision_Weights_ResizeTo256Or232() =>
        Assert.Equal(
            (256, 232), (ImagePreprocessingPresets.Torchvision().ShorterSide, ImagePreprocessingPresets.TorchvisionV2().ShorterSide));

    [Theory]
    [InlineData(224, 0.875, 256)]
    [InlineData(224, 0.9, 248)]
    [InlineData(288, 0.95, 303)]
    [InlineData(224, 1.0, 224)]
    public void Timm_CropPercent_RoundsTheShorterSideDown(int size, double percent, int shorter) =>
        Assert.Equal((shorter, size, ResizeFilter.Bicubic), (
            ImagePreprocessingPresets.Timm(size, percent).ShorterSide,
            ImagePreprocessingPresets.Timm(size, percent).Width,
            ImagePreprocessingPresets.Timm(size, percent).Filter));

    [Theory]
    [InlineData(224, ImageResizeMode.ShorterSide, 256)]
    [InlineData(384, ImageResizeMode.Exact, 438)]
    public void HuggingFaceConvNext_Size_SelectsCropOrWarp(int size, ImageResizeMode mode, int shorter)
    {
        ImagePreprocessingOptions options = ImagePreprocessingPresets.HuggingFaceConvNext(size);

        Assert.Equal((mode, shorter, size), (options.Mode, options.ShorterSide, options.Width));
    }

    [Fact]
    public void HuggingFaceViT_Pixels_MapToMinusOneToOne()
    {
        float[] tensor = new float[3 * 2 * 2];
        new ImageTensorizer(ImagePreprocessingPresets.HuggingFaceViT(2)).Write(TestImage.Solid(1, 1, 255), tensor);

        Assert.All(tensor, value => Assert.Equal(1f, value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.01)]
    [InlineData(-0.5)]
    public void Timm_CropPercentOutOfRange_Throws(double percent) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ImagePreprocessingPresets.Timm(224, percent));
}

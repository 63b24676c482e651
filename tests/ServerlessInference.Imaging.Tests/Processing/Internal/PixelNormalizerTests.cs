using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Imaging.Tests.Processing.Internal;

public sealed class PixelNormalizerTests
{
    [Fact]
    public void Table_DefaultScale_EqualsFloatDivisionBy255()
    {
        var normalizer = new PixelNormalizer(
            new ImagePreprocessingOptions { Mean = new ChannelValues(0f), StandardDeviation = new ChannelValues(1f) });
        for (int pixel = 0; pixel < 256; pixel++)
        {
            Assert.Equal(pixel / 255f, normalizer.Table[pixel]);
        }
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void CanCompute_EveryPreset_IfProcessorHasFusedMultiplyAdd(ImagePreprocessingOptions options) =>
        Assert.Equal(Fma.IsSupported || AdvSimd.IsSupported, new PixelNormalizer(options).CanCompute);

    public static TheoryData<ImagePreprocessingOptions> Presets() =>
    [
        ImagePreprocessingPresets.Torchvision(),
        ImagePreprocessingPresets.HuggingFaceViT(),
        ImagePreprocessingPresets.Ultralytics(),
        ImagePreprocessingPresets.Yolox(),
        new ImagePreprocessingOptions
        {
            Mean = new(0.48145466f, 0.4578275f, 0.40821073f), StandardDeviation = new(0.26862954f, 0.26130258f, 0.27577711f)
        },
    ];
}

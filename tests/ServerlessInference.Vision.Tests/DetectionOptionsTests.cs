using Microsoft.Extensions.Options;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Vision.Detection;

namespace ServerlessInference.Vision.Tests;

public sealed class DetectionOptionsTests
{
    [Fact]
    public void Defaults_Options_AreTheTools()
    {
        var options = new DetectionOptions();

        Assert.Equal(
            (DetectionHead.Auto, null, null, 300, 30_000),
            (options.Head, options.MinScore, options.IouThreshold, options.MaxDetections, options.MaxCandidates));
        Assert.False(options.ClassAgnostic);
        Assert.False(options.RectangularInput);
        Assert.Null(options.Preprocessing);
        Assert.True(new DetectionOptionsValidator().Validate(null, options).Succeeded);
        Assert.False(new DetectionOptionsRules().Validate(null, options).Failed);
    }

    [Theory]
    [InlineData(0f, 0f, 1, 1, true)]
    [InlineData(1f, 1f, 30_000, 1_000_000, true)]
    [InlineData(-0.1f, 0.5f, 1, 1, false)]
    [InlineData(1.1f, 0.5f, 1, 1, false)]
    [InlineData(0.5f, -0.1f, 1, 1, false)]
    [InlineData(0.5f, 1.1f, 1, 1, false)]
    [InlineData(float.NaN, 0.5f, 1, 1, false)]
    [InlineData(0.5f, 0.5f, 0, 1, false)]
    [InlineData(0.5f, 0.5f, 30_001, 1, false)]
    [InlineData(0.5f, 0.5f, 1, 0, false)]
    [InlineData(0.5f, 0.5f, 1, 1_000_001, false)]
    public void Validate_Bounds_AreEnforced(float minScore, float overlap, int detections, int candidates, bool valid)
    {
        var options = new DetectionOptions
        {
            MinScore = minScore, IouThreshold = overlap, MaxDetections = detections, MaxCandidates = candidates
        };

        Assert.Equal(valid, !new DetectionOptionsValidator().Validate(null, options).Failed);
    }

    [Fact]
    public void Validate_Contradictions_AreAllReported()
    {
        var options = new DetectionOptions
        {
            Head = (DetectionHead)99, RectangularInput = true, Preprocessing = ImagePreprocessingPresets.Ultralytics()
        };

        ValidateOptionsResult result = new DetectionOptionsRules().Validate(null, options);

        Assert.Equal(
            [
                "Head is 99; it must be one of: Auto, YoloV5, YoloV8, EndToEnd, Yolox, YoloxDecoded.",
                "RectangularInput and Preprocessing are both set. " +
                "Set Preprocessing.LetterboxStride to the stride of the model instead of RectangularInput.",
            ],
            result.Failures!);
    }
}

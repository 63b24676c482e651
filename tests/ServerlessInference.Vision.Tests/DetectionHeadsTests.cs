using ServerlessInference.Vision.Tests.Detection;

namespace ServerlessInference.Vision.Tests;

public sealed class DetectionHeadsTests
{
    [Fact]
    public void Find_YoloV8_ReturnsYoloV8() =>
        Assert.Equal(
            [DetectionHead.YoloV8], DetectionHeads.Find(DetectionFixture.With("output0", 1, 84, 8400).Ultralytics("detect", 80).Model()));

    [Fact]
    public void Find_Classifier_ReturnsNone() =>
        Assert.Empty(DetectionHeads.Find(DetectionFixture.With("logits", 1, 1000).Input(1, 3, 224, 224).Model()));

    [Fact]
    public void Find_HeadOption_ChecksOnlyThatHead() =>
        Assert.Equal(
            [DetectionHead.Yolox],
            DetectionHeads.Find(
                DetectionFixture.With("output", 1, 8400, 85).Labels(80).Model(), new DetectionOptions { Head = DetectionHead.Yolox }));
}

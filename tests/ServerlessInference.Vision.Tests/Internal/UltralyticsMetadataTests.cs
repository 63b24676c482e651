using ServerlessInference.Vision.Tests.Detection;

namespace ServerlessInference.Vision.Tests.Internal;

public sealed class UltralyticsMetadataTests
{
    [Fact]
    public void Read_UltralyticsExport_ReadsEveryValue()
    {
        var metadata = UltralyticsMetadata.Read(new DetectionFixture().Ultralytics("detect", 2).Metadata("imgsz", "[384, 640]")
            .Metadata("args", "{'batch': 1, 'nms': False}").Metadata("end2end", "False").Model());

        Assert.True(metadata.IsPresent);
        Assert.Equal(("detect", 384, 640, 32), (metadata.Task, metadata.Height, metadata.Width, metadata.Stride));
        Assert.False(metadata.EndToEnd);
        Assert.False(metadata.IsClassifier);
    }

    [Fact]
    public void Read_YoloV5Export_IsPresentWithoutTask()
    {
        var metadata = UltralyticsMetadata.Read(new DetectionFixture().Metadata("stride", "32").Metadata("names", "['a', 'b']").Model());

        Assert.True(metadata.IsPresent);
        Assert.Null(metadata.Task);
    }

    [Fact]
    public void Read_NoMetadata_IsNotPresent() => Assert.False(UltralyticsMetadata.Read(new DetectionFixture().Model()).IsPresent);
}

using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Tests.Detection.Internal.Heads;

/// <summary>
/// Pins the defaults to those of the tools: Ultralytics 8 <c>predict</c>, YOLOv5 7.0 <c>detect.py</c>, YOLOX 0.3's ONNX Runtime demo.
/// </summary>
public sealed class KnownHeadsTests
{
    [Fact]
    public void Defaults_EachHead_AreTheTools() => Assert.Equal(
        [
            (DetectionHead.YoloV8, 0.25f, 0.7f),
            (DetectionHead.YoloV5, 0.25f, 0.45f),
            (DetectionHead.EndToEnd, 0.25f, null),
            (DetectionHead.Yolox, 0.3f, 0.45f),
            (DetectionHead.YoloxDecoded, 0.3f, (float?)0.45f),
        ],
        new[] { KnownHeads.YoloV8, KnownHeads.YoloV5, KnownHeads.EndToEnd, KnownHeads.Yolox, KnownHeads.YoloxDecoded }
            .Select(head => (head.Head, head.DefaultMinScore, head.DefaultIouThreshold)));
}

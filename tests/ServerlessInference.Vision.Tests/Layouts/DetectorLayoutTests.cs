using ServerlessInference.Sessions;
using ServerlessInference.Vision.Tests.Detection;

namespace ServerlessInference.Vision.Tests.Layouts;

/// <summary>Detectors of other families are refused, with and without labels; YOLO models are not.</summary>
public sealed class DetectorLayoutTests
{
    public static TheoryData<string> OtherFamilies =>
    [
        "hf_detr", "hf_detr_dyn", "hf_detr_dyn_labels", "hf_rtdetr", "hf_rtdetr_pos", "rtdetr_official", "dfine_like", "ultra_rtdetr",
        "ultra_rtdetr_76", "ultra_rtdetr_2cls", "ultra_rtdetr_2cls_renamed", "ultra_rtdetr_current", "yolonas", "yolonas_labels",
        "ppyoloe_nonms", "v7_end2end_trt", "v7_end2end_onnx", "ssd_tf", "retinaface", "scrfd", "yolox_logits", "yolov5face",
        "yolov5face_pixels", "yolov8face_meta", "yolov8face_nometa", "yolov8pose_nometa", "yolov8seg_nometa", "yolov5seg_nometa",
        "yolo26_obb_e2e", "ocr_rec", "ocr_det", "superres", "movenet", "facemesh", "vit_token_cls", "hidden",
    ];

    [Theory]
    [MemberData(nameof(OtherFamilies))]
    public async Task Detect_OtherFamily_IsRefused(string name)
    {
        ModelContractException exception =
            await Assert.ThrowsAsync<ModelContractException>(() => DetectorLayouts.Create(name).DetectAsync());

        Assert.Contains("'layout'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OtherFamilies))]
    public async Task Detect_OtherFamilyWithLabels_IsRefused(string name)
    {
        Layout layout = DetectorLayouts.Create(name)
            .File("labels.txt", string.Join('\n', Enumerable.Range(0, 80).Select(i => $"thing {i} of many")));

        await Assert.ThrowsAsync<ModelContractException>(() => layout.DetectAsync());
    }

    [Theory]
    [InlineData("softmax_inside")]
    [InlineData("logits")]
    [InlineData("crnn")]
    [InlineData("semseg")]
    [InlineData("depth")]
    [InlineData("depth3")]
    [InlineData("clipimg")]
    [InlineData("rank1")]
    [InlineData("nc11")]
    public async Task Detect_ModelOfAnotherTask_IsRefused(string name) =>
        await Assert.ThrowsAsync<ModelContractException>(() => ClassifierLayoutTests.Create(name).DetectAsync());

    [Theory]
    [InlineData("yolov8_gray")]
    [InlineData("yolov8_120labels_dyn")]
    [InlineData("yolov8_rect")]
    public async Task Detect_Yolo_GivesBoxesWithItsNames(string name)
    {
        ObjectDetection answer = await DetectorLayouts.Create(name).DetectAsync();

        Assert.NotEmpty(answer.Detections);
        Assert.All(answer.Detections, found => Assert.Equal($"c{found.Index}", found.Label));
    }

    [Fact]
    public async Task Detect_Yolov10_GivesItsBox()
    {
        ObjectDetection answer = await DetectorLayouts.Create("yolov10").DetectAsync();

        DetectedObject found = Assert.Single(answer.Detections);
        Assert.Equal(("c0", 0.9f), (found.Label, found.Score));
    }

    [Fact]
    public async Task Detect_Yolov10WithOverlap_IsNotSuppressed()
    {
        float[] values = new float[300 * 6];
        new[] { 10f, 20, 110, 220, 0.9f, 0, 11, 20, 110, 220, 0.8f, 0 }.CopyTo(values, 0);
        Layout layout = Layout.Outputs("images", [1, 3, 640, 640], ("output0", values, [1, 300, 6])).Metadata("end2end", "True");

        Assert.Equal(2, (await layout.DetectAsync(options => options.IouThreshold = 0.1f)).Detections.Count);
    }

    [Fact]
    public void Find_OverlapOfAnEndToEndModel_NeedsAttention()
    {
        LoadedModel model = DetectionFixture.With("output0", 1, 300, 6).Labels(2).Model();

        DetectionHeads.Find(model, new DetectionOptions { IouThreshold = 0.5f });

        ModelDecision decision = Assert.Single(model.Decisions, decision => decision.NeedsAttention);
        Assert.Equal("overlap ignored (the boxes of end-to-end models are never suppressed, so IouThreshold has no effect)", $"{decision}");
        Assert.Equal(["labels", "task", "output", "head", "overlap", "preprocessing"], model.Decisions.Select(made => made.Subject));
    }
}

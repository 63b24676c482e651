using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Vision.Tests.Detection.Internal;

public sealed class HeadSelectorTests
{
    [Theory]
    [InlineData(80, 84, 8400, DetectionHead.YoloV8)]
    [InlineData(80, 25200, 85, DetectionHead.YoloV5)]
    [InlineData(80, 300, 6, DetectionHead.EndToEnd)]
    [InlineData(80, 8400, 85, DetectionHead.YoloV5)] // YOLOv6: one box per cell, named output0
    [InlineData(1, 5, 8400, DetectionHead.YoloV8)]
    [InlineData(1, 25200, 6, DetectionHead.YoloV5)]
    [InlineData(1, 300, 6, DetectionHead.EndToEnd)]
    [InlineData(2, 6, 8400, DetectionHead.YoloV8)]
    [InlineData(3, 7, 34000, DetectionHead.YoloV8)] // P2: strides 4 to 32
    [InlineData(600, 102000, 605, DetectionHead.YoloV5)]
    public void Select_LabelsAndShape_FindsTheHead(int labels, long axis1, long axis2, DetectionHead expected) =>
        Assert.Equal(expected, DetectionFixture.With("output0", 1, axis1, axis2).Labels(labels).Head());

    [Theory]
    [InlineData(84, 8400, DetectionHead.YoloV8)]
    [InlineData(25200, 85, DetectionHead.YoloV5)]
    [InlineData(300, 6, DetectionHead.EndToEnd)]
    [InlineData(25200, 6, DetectionHead.YoloV5)]
    [InlineData(5, 8400, DetectionHead.YoloV8)]
    public void Select_NoLabels_FindsTheHead(long axis1, long axis2, DetectionHead expected) =>
        Assert.Equal(expected, DetectionFixture.With("output0", 1, axis1, axis2).Head());

    [Theory]
    [InlineData(605, 84, DetectionHead.YoloV8, 601)] // more values per box than boxes: the grid cells of the input decide
    [InlineData(84, 605, DetectionHead.YoloV5, 600)]
    [InlineData(84, 605, DetectionHead.YoloV5, 0)]
    [InlineData(605, 84, DetectionHead.YoloV8, 0)]
    public void Select_SmallInput_CountsCells(long axis1, long axis2, DetectionHead expected, int labels)
    {
        DetectionFixture fixture = DetectionFixture.With("output0", 1, axis1, axis2).Input(1, 3, 64, 64);
        Assert.Equal(expected, (labels == 0 ? fixture : fixture.Labels(labels)).Head());
    }

    [Theory]
    [InlineData("output", false, DetectionHead.Yolox)]
    [InlineData("boxes", false, DetectionHead.Yolox)]
    [InlineData("output0", false, DetectionHead.YoloV5)]
    [InlineData("outputs", false, DetectionHead.YoloV5)]
    [InlineData("output", true, DetectionHead.YoloV5)]
    public void Select_OneBoxPerCell_IsYoloxOnlyWithoutUltralyticsMetadataOrNames(string output, bool metadata, DetectionHead expected)
    {
        DetectionFixture fixture = DetectionFixture.With(output, 1, 3549, 85).Input(1, 3, 416, 416);
        Assert.Equal(expected, (metadata ? fixture.Ultralytics("detect", 80) : fixture.Labels(80)).Head());
    }

    [Fact]
    public void Select_YoloxWithFourGrids_IsYolox() =>
        Assert.Equal(
            DetectionHead.Yolox,
            DetectionFixture.With("output", 1, 160 * 160 + 80 * 80 + 40 * 40 + 20 * 20, 85).Input(1, 3, 1280, 1280).Labels(80).Head());

    [Theory]
    [InlineData("end2end", "True")]
    [InlineData("args", "{'batch': 1, 'half': False, 'nms': True}")]
    public void Select_EndToEndMetadata_IsEndToEnd(string key, string value) =>
        Assert.Equal(
            DetectionHead.EndToEnd, DetectionFixture.With("output0", 1, 25200, 6).Ultralytics("detect", 1).Metadata(key, value).Head());

    [Fact]
    public void Select_ExtraRawHeads_TakesTheDecodedOutput()
    {
        DetectionFixture fixture = DetectionFixture.With("340", 1, 3, 80, 80, 85).Output("output", 1, 25200, 85)
            .Output("378", 1, 3, 40, 40, 85).Labels(80);

        Assert.Equal(DetectionHead.YoloV5, fixture.Head());
        Assert.Equal(1, fixture.Detection().Selection.Output);
    }

    [Fact]
    public void Select_SeveralMatchingOutputs_PrefersCommonNameOrOption()
    {
        DetectionFixture fixture = DetectionFixture.With("one2many", 1, 84, 8400).Output("output0", 1, 84, 8400).Labels(80);
        Assert.Equal(1, fixture.Detection().Selection.Output);

        fixture.Options.Output = "one2many";
        Assert.Equal(0, fixture.Detection().Selection.Output);
    }

    [Fact]
    public void Select_UnknownOutputOption_ListsTheOutputs()
    {
        DetectionFixture fixture = DetectionFixture.With("output0", 1, 84, 8400);
        fixture.Options.Output = "boxes";

        Assert.Equal(
            "Model 'yolo' has no output 'boxes'; its outputs are 'output0' float32 [1, 84, 8400]. Correct the option Output.",
            fixture.Failure());
    }

    [Fact]
    public void Select_WrongLabelCount_ExplainsEachMismatch()
    {
        string failure = DetectionFixture.With("output0", 1, 84, 8400).Labels(20).Failure();

        Assert.Contains("'output0' float32 [1, 84, 8400]", failure, StringComparison.Ordinal);
        Assert.Contains("20 labels", failure, StringComparison.Ordinal);
        Assert.Contains(
            "not YOLOv8 [n, 4 + classes, boxes], because 20 labels need 24 values per box and axis 1 has 84",
            failure,
            StringComparison.Ordinal);
        Assert.Contains(
            "not YOLOv5 [n, boxes, 5 + classes], because 20 labels need 25 values per box and axis 2 has 8400",
            failure,
            StringComparison.Ordinal);
        Assert.Contains("not YOLOX [n, cells, 5 + classes], because", failure, StringComparison.Ordinal);
        Assert.Contains("not end-to-end [n, boxes, 6], because a box has 6 values and axis 2 has 8400", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("segment", "a segmentation model")]
    [InlineData("pose", "a pose model")]
    [InlineData("obb", "a model of oriented boxes")]
    [InlineData("depth", "not a detection model")]
    [InlineData("classify", "UseImageClassification")]
    public void Select_OtherTaskInMetadata_IsRejected(string task, string expected) =>
        Assert.Contains(expected, DetectionFixture.With("output0", 1, 84, 8400).Ultralytics(task, 80).Failure(), StringComparison.Ordinal);

    [Theory]
    [InlineData(80, 116, 8400, true, "a segmentation model")]
    [InlineData(0, 116, 8400, true, "a segmentation model")]
    [InlineData(80, 25200, 117, true, "a segmentation model")]
    [InlineData(80, 300, 38, true, "a segmentation model")]
    [InlineData(1, 56, 8400, false, "a pose model")]
    [InlineData(0, 56, 8400, false, "a pose model")]
    [InlineData(1, 300, 57, false, "a pose model")]
    [InlineData(15, 20, 21504, false, "a model of oriented boxes")]
    [InlineData(15, 300, 7, false, "a model of oriented boxes")]
    public void Select_ShapeOfOtherTask_IsRejected(int labels, long axis1, long axis2, bool prototypes, string expected)
    {
        DetectionFixture fixture = DetectionFixture.With("output0", 1, axis1, axis2);
        if (prototypes)
        {
            fixture.Output("output1", 1, 32, 160, 160);
        }

        Assert.Contains(expected, (labels > 0 ? fixture.Labels(labels) : fixture).Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void Select_UndecodedGrids_ExplainsHowToExport() =>
        Assert.Contains("--grid", DetectionFixture.With("output", 1, 3, 80, 80, 85).Labels(80).Failure(), StringComparison.Ordinal);

    [Fact]
    public void Select_NoFloatTensor_IsRejected() =>
        Assert.Contains(
            "not a tensor of floats",
            new DetectionFixture().Output("ids", TensorElementType.Int64, 1, 84, 8400).Failure(),
            StringComparison.Ordinal);

    [Fact]
    public void Select_HeadOption_ChecksOnlyTheShape()
    {
        DetectionFixture fixture = DetectionFixture.With("output0", 1, 56, 8400);
        fixture.Options.Head = DetectionHead.YoloV8;
        Assert.Equal(DetectionHead.YoloV8, fixture.Head());

        fixture.Options.Head = DetectionHead.EndToEnd;
        Assert.Contains("not end-to-end [n, boxes, 6], because", fixture.Failure(), StringComparison.Ordinal);
        Assert.DoesNotContain("YOLOv5", fixture.Failure(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(24, 25, 20)] // 4 + 20 and 5 + 20, neither of which is a number of cells
    [InlineData(84, 85, 80)] // both are numbers of cells: strides 8 to 32, and 8 to 64
    public void Select_TwoHeadsMatch_AsksForHeadOption(long axis1, long axis2, int labels) =>
        Assert.Contains(
            "set the option Head",
            DetectionFixture.With("output0", 1, axis1, axis2).Input(1, 3, 64, 64).Labels(labels).Failure(),
            StringComparison.Ordinal);

    [Fact]
    public void Select_OutputWithoutShape_KeepsSeveralHeads() =>
        Assert.Null(new DetectionFixture().Output("output0", Array.Empty<long>()).Ultralytics("detect", 80).Detection().Selection.Failure);

    [Fact]
    public void Select_DynamicAxes_KeepsSeveralHeads() =>
        Assert.Equal(
            [DetectionHead.EndToEnd, DetectionHead.YoloV8, DetectionHead.YoloV5],
            DetectionFixture.With("output0", -1, 84, -1).Input(-1, 3, -1, -1).Ultralytics("detect", 80).Detection()
                .Selection.Heads.Select(head => head.Head));
}

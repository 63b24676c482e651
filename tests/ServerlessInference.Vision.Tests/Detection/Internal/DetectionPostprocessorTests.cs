using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision.Tests.Detection.Internal;

public sealed class DetectionPostprocessorTests
{
    [Fact]
    public async Task Postprocess_YoloV8_ReturnsBoxesInImagePixels()
    {
        float[] output = new float[7 * 8400];
        Set(output, 8400, 100, [320, 240, 64, 32], 0, 0.25f, 0.75f);
        var letterbox = new LetterboxTransform(1280, 960, 0.5, 0.5, 0, 80);

        ObjectDetection result = (await DetectionFixture.With("output0", 1, 7, 8400).Labels(3)
            .Run(TensorValue.Create(output, 1, 7, 8400), transform: letterbox))[0];

        Assert.Equal((1280, 960), (result.Width, result.Height));
        Assert.Equal([new DetectedObject(2, "class2", 0.75f, new BoundingBox(576, 288, 704, 352))], result.Detections);
    }

    [Fact]
    public async Task Postprocess_BoxBeyondTheImage_IsClipped()
    {
        float[] output = new float[5 * 8400];
        Set(output, 8400, 8399, [600, 20, 200, 100], 0.9f);

        ObjectDetection result = (await DetectionFixture.With("output0", 1, 5, 8400).Run(TensorValue.Create(output, 1, 5, 8400)))[0];

        Assert.Equal([new DetectedObject(0, "0", 0.9f, new BoundingBox(500, 0, 640, 70))], result.Detections);
    }

    [Fact]
    public async Task Postprocess_YoloV5_MultipliesObjectnessAndClass()
    {
        float[] output = new float[25200 * 7];
        float[][] boxes = [[100, 100, 20, 40, 0.9f, 0.3f, 0.6f], [300, 300, 20, 40, 0.5f, 0.4f, 0.45f], [500, 500, 20, 40, 0.2f, 1, 1]];
        for (int i = 0; i < boxes.Length; i++)
        {
            boxes[i].CopyTo(output, 7 * (i + 5));
        }

        ObjectDetection result = (await DetectionFixture.With("output0", 1, 25200, 7).Labels(2)
            .Run(TensorValue.Create(output, 1, 25200, 7)))[0];

        Assert.Equal([new DetectedObject(1, "class1", 0.9f * 0.6f, new BoundingBox(90, 80, 110, 120))], result.Detections);
    }

    [Fact]
    public async Task Postprocess_EndToEnd_IsSortedAndNotSuppressed()
    {
        float[] output = new float[300 * 6];
        ((float[])[10, 20, 30, 40, 0.5f, 1, 10, 20, 30, 40, 0.75f, 1, 1, 2, 3, 4, 0.25f, 0]).CopyTo(output, 0);
        DetectionFixture fixture = DetectionFixture.With("output0", 1, 300, 6).Labels(2);

        ObjectDetection result = (await fixture.Run(TensorValue.Create(output, 1, 300, 6)))[0];
        Assert.Equal([(1, 0.75f), (1, 0.5f)], result.Detections.Select(item => (item.Index, item.Score)));

        fixture.Options.IouThreshold = 0.5f;
        Assert.Equal(2, (await fixture.Run(TensorValue.Create(output, 1, 300, 6)))[0].Detections.Count);
    }

    [Fact]
    public async Task Postprocess_EndToEndClassWithoutLabel_ThrowsContractException()
    {
        float[] output = new float[300 * 6];
        ((float[])[10, 20, 30, 40, 0.5f, 7]).CopyTo(output, 0);

        ModelContractException exception = await Assert.ThrowsAsync<ModelContractException>(
            () => DetectionFixture.With("output0", 1, 300, 6).Labels(2).Run(TensorValue.Create(output, 1, 300, 6)));
        Assert.Equal(
            "Model 'yolo' found an object of class 7, but there are 2 labels. Load the labels that belong to this model.",
            exception.Message);
    }

    [Theory]
    [InlineData(0, 8, 0, 0)]
    [InlineData(63, 8, 7, 7)]
    [InlineData(64, 16, 0, 0)]
    [InlineData(70, 16, 2, 1)]
    [InlineData(83, 32, 1, 1)]
    public async Task Postprocess_Yolox_DecodesEachGrid(int box, int stride, int column, int row)
    {
        float[] output = new float[84 * 6];
        float[] raw = [0.5f, 0.25f, 0, MathF.Log(2), 0.8f, 0.9f];
        raw.CopyTo(output, box * 6);
        DetectionFixture fixture = DetectionFixture.With("output", 1, 84, 6).Input(1, 3, 64, 64).Labels(1);
        var letterbox = new LetterboxTransform(1000, 1000, 1, 1, -200, -200);

        ObjectDetection result = (await fixture.Run(
            TensorValue.Create(output, 1, 84, 6), transform: letterbox, size: new ImageSize(64, 64)))[0];

        DetectedObject found = Assert.Single(result.Detections);
        Assert.Equal(0.8f * 0.9f, found.Score);
        Assert.Equal(200 + ((0.5f + column) * stride) - (stride / 2f), found.Box.Left, 0.01f);
        Assert.Equal(200 + ((0.25f + row) * stride) - stride, found.Box.Top, 0.01f);
        Assert.Equal(stride, found.Box.Width, 0.01f);
        Assert.Equal(2 * stride, found.Box.Height, 0.01f);
    }

    [Theory]
    [InlineData(DetectionHead.Auto)]
    [InlineData(DetectionHead.YoloxDecoded)]
    public async Task Postprocess_YoloxDecodedInModel_IsNotDecodedAgain(DetectionHead head)
    {
        float[] output = new float[84 * 6];
        for (int i = 0; i < 84; i++)
        {
            output[i * 6] = 32;
        }

        ((float[])[30, 20, 10, 8, 0.8f, 0.9f]).CopyTo(output, 66 * 6);
        DetectionFixture fixture = DetectionFixture.With("output", 1, 84, 6).Input(1, 3, 64, 64).Labels(1);
        fixture.Options.Head = head;

        ObjectDetection result = (await fixture.Run(TensorValue.Create(output, 1, 84, 6), size: new ImageSize(64, 64)))[0];

        Assert.Equal(new BoundingBox(25, 16, 35, 24), Assert.Single(result.Detections).Box);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task Postprocess_NonFiniteNumbers_DropOnlyTheirBox(float bad)
    {
        for (int position = 0; position < 6; position++)
        {
            float[] v8 = new float[6 * 8400];
            float[] v5 = new float[25200 * 7];
            float[] endToEnd = new float[300 * 6];
            Set(v8, 8400, 50, [100, 100, 20, 20], 0.5f, 0.6f);
            Set(v8, 8400, 51, [300, 300, 20, 20], 0.5f, 0.6f);
            v8[(position * 8400) + 51] = bad;
            ((float[])[100, 100, 20, 20, 0.9f, 0.8f, 0.9f, 300, 300, 20, 20, 0.9f, 0.8f, 0.9f]).CopyTo(v5, 0);
            v5[7 + position] = bad;
            ((float[])[90, 90, 110, 110, 0.9f, 1, 290, 290, 310, 310, 0.9f, 1]).CopyTo(endToEnd, 0);
            endToEnd[6 + position] = bad;

            // Minus infinity is below the minimum score, like any other low score.
            int expected = bad == float.NegativeInfinity && position is 4 or 5 ? 2 : 1;
            Assert.Equal(expected, await Count(v8, 6, 8400));
            Assert.Equal(bad == float.NegativeInfinity && position == 5 ? 2 : 1, await Count(v5, 25200, 7));
            Assert.Equal(1, await Count(endToEnd, 300, 6));
        }

        async Task<int> Count(float[] output, int axis1, int axis2)
        {
            ObjectDetection result = (await DetectionFixture.With("output0", 1, axis1, axis2).Labels(2)
                .Run(TensorValue.Create(output, 1, axis1, axis2)))[0];
            Assert.All(result.Detections, item => Assert.InRange(item.Score, 0, 1));
            Assert.Contains(result.Detections, item => item.Box == new BoundingBox(90, 90, 110, 110));
            return result.Detections.Count;
        }
    }

    [Theory]
    [InlineData(84, 8400)]
    [InlineData(25200, 85)]
    [InlineData(300, 6)]
    public async Task Postprocess_NothingFound_IsEmpty(int axis1, int axis2)
    {
        ObjectDetection result = (await DetectionFixture.With("output0", 1, axis1, axis2).Labels(80).Run(
            TensorValue.Create(new float[axis1 * axis2], 1, axis1, axis2)))[0];

        Assert.Empty(result.Detections);
    }

    [Fact]
    public async Task Postprocess_AllNaN_IsEmpty()
    {
        float[] output = new float[84 * 8400];
        Array.Fill(output, float.NaN);

        Assert.Empty(
            (await DetectionFixture.With("output0", 1, 84, 8400).Labels(80).Run(TensorValue.Create(output, 1, 84, 8400)))[0].Detections);
    }

    [Fact]
    public async Task Postprocess_Float16_ReturnsSameBoxes()
    {
        var output = new Half[5 * 8400];
        output[7] = (Half)320;
        output[7 + 8400] = (Half)240;
        output[7 + 16800] = (Half)64;
        output[7 + 25200] = (Half)32;
        output[7 + 33600] = (Half)0.5;
        DetectionFixture fixture = new DetectionFixture()
            .Output("output0", Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float16, 1, 5, 8400);

        ObjectDetection result = (await fixture.Run(TensorValue.Create(output, 1, 5, 8400)))[0];

        Assert.Equal([new DetectedObject(0, "0", 0.5f, new BoundingBox(288, 224, 352, 256))], result.Detections);
    }

    [Fact]
    public async Task Postprocess_Batch_AnswersEachImage()
    {
        float[] output = new float[3 * 5 * 8400];
        Set(output.AsSpan(5 * 8400, 5 * 8400), 8400, 1, [100, 100, 20, 20], 0.9f);
        Set(output.AsSpan(2 * 5 * 8400), 8400, 2, [200, 200, 20, 20], 0.8f);

        ObjectDetection[] results = await DetectionFixture.With("output0", -1, 5, 8400).Input(-1, 3, 640, 640)
            .Run(TensorValue.Create(output, 3, 5, 8400), count: 3);

        Assert.Equal([0, 1, 1], results.Select(result => result.Detections.Count));
        Assert.Equal(new BoundingBox(190, 190, 210, 210), results[2].Detections[0].Box);
    }

    [Fact]
    public async Task Postprocess_OverlappingClasses_SuppressesOnlyIfClassAgnostic()
    {
        float[] output = new float[6 * 8400];
        Set(output, 8400, 1, [100, 100, 20, 20], 0.9f, 0);
        Set(output, 8400, 2, [100, 100, 20, 20], 0, 0.8f);
        DetectionFixture fixture = DetectionFixture.With("output0", 1, 6, 8400).Labels(2);
        Assert.Equal(2, (await fixture.Run(TensorValue.Create(output, 1, 6, 8400)))[0].Detections.Count);

        fixture.Options.ClassAgnostic = true;
        Assert.Equal([0], (await fixture.Run(TensorValue.Create(output, 1, 6, 8400)))[0].Detections.Select(item => item.Index));
    }

    [Theory]
    [InlineData(25200, 85, 0.25f)]
    [InlineData(84, 8400, 0.25f)]
    [InlineData(300, 6, 0.25f)]
    public async Task Postprocess_ScoreAtThreshold_IsExcluded(int axis1, int axis2, float threshold)
    {
        float[] output = new float[axis1 * axis2];
        switch (axis2)
        {
            case 85:
                ((float[])[9, 9, 2, 2, 1, threshold]).CopyTo(output, 0);
                break;
            case 6:
                ((float[])[9, 9, 10, 10, threshold, 0]).CopyTo(output, 0);
                break;
            default:
                Set(output, 8400, 0, [9, 9, 2, 2], threshold);
                break;
        }

        DetectionFixture fixture = DetectionFixture.With("output0", 1, axis1, axis2).Labels(80);
        Assert.Empty((await fixture.Run(TensorValue.Create(output, 1, axis1, axis2)))[0].Detections);

        fixture.Options.MinScore = MathF.BitDecrement(threshold);
        Assert.Single((await fixture.Run(TensorValue.Create(output, 1, axis1, axis2)))[0].Detections);
    }

    [Fact]
    public async Task Postprocess_DynamicShape_HeadFollowsFromOutput()
    {
        DetectionFixture v8 = DetectionFixture.With("output0", -1, 6, -1).Input(-1, 3, -1, -1).Ultralytics("detect", 2);
        float[] output = new float[6 * 1260];
        Set(output, 1260, 3, [50, 60, 20, 20], 0, 0.9f);
        Assert.Single((await v8.Run(TensorValue.Create(output, 1, 6, 1260), size: new ImageSize(320, 192)))[0].Detections);

        DetectionFixture v5 = DetectionFixture.With("output0", -1, -1, -1).Input(-1, 3, -1, -1).Ultralytics("detect", 2);
        output = new float[3780 * 7];
        ((float[])[50, 60, 20, 20, 0.9f, 0.1f, 0.9f]).CopyTo(output, 0);
        Assert.Single((await v5.Run(TensorValue.Create(output, 1, 3780, 7), size: new ImageSize(320, 192)))[0].Detections);
    }

    [Fact]
    public async Task Postprocess_UndeclaredShape_HeadFollowsFromOutput()
    {
        float[] output = new float[300 * 6];
        ((float[])[10, 20, 30, 40, 0.5f, 1]).CopyTo(output, 0);
        DetectionFixture fixture = new DetectionFixture().Output("output0", Array.Empty<long>()).Ultralytics("detect", 2)
            .Metadata("args", "{'nms': True}");

        Assert.Single((await fixture.Run(TensorValue.Create(output, 1, 300, 6)))[0].Detections);
    }

    [Fact]
    public async Task Postprocess_ShapeMatchesNoHead_ThrowsContractExceptionWithReasons()
    {
        DetectionFixture fixture = DetectionFixture.With("output0", -1, -1, -1).Input(-1, 3, -1, -1).Ultralytics("detect", 2);

        ModelContractException exception = await Assert.ThrowsAsync<ModelContractException>(
            () => fixture.Run(TensorValue.Create(new float[90], 1, 9, 10)));
        Assert.StartsWith(
            "Output 'output0' float32 [?, ?, ?] of model 'yolo' is [1, 9, 10]: not end-to-end [n, boxes, 6], because",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Contains("2 labels need 6 values per box", exception.Message, StringComparison.Ordinal);
    }

    private static void Set(Span<float> output, int boxes, int box, ReadOnlySpan<float> place, params ReadOnlySpan<float> scores)
    {
        for (int i = 0; i < place.Length; i++)
        {
            output[(i * boxes) + box] = place[i];
        }

        for (int i = 0; i < scores.Length; i++)
        {
            output[((4 + i) * boxes) + box] = scores[i];
        }
    }
}

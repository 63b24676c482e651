using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision;
using ServerlessInference.Vision.Detection;

namespace ServerlessInference.Parity.Tests.Detection;

/// <summary>
/// Compares decoding and suppression alone, on the outputs of onnxruntime-node: boxes within a hundredth of a pixel, scores within
/// rounding.
/// </summary>
public sealed class RawOutputParityTests
{
    [Theory]
    [InlineData("yolox_nano", "output", DetectionHead.Yolox, "0.45")]
    [InlineData("yolox_nano", "output", DetectionHead.Yolox, "0.7")]
    [InlineData("yolox_nano_v5layout", "output0", DetectionHead.YoloV5, "0.45")]
    [InlineData("yolox_nano_v5layout", "output0", DetectionHead.YoloV5, "0.7")]
    [InlineData("yolox_nano_v8layout", "output0", DetectionHead.YoloV8, "0.45")]
    [InlineData("yolox_nano_v8layout", "output0", DetectionHead.YoloV8, "0.7")]
    [InlineData("yolox_nano_e2e", "output0", DetectionHead.EndToEnd, "none")]
    [InlineData("yolox_nano_v5layout", "output", DetectionHead.YoloxDecoded, "0.45")]
    [InlineData("yolox_nano_v5layout", "output", DetectionHead.Auto, "0.45")] // without metadata, decided by the values
    public async Task Postprocess_RawOutput_ReturnsReferenceBoxes(string model, string output, DetectionHead head, string threshold)
    {
        JsonElement all = DetectionGolden.Read();
        JsonElement raw = JsonDocument.Parse(File.ReadAllBytes(Reference.File("golden", "yolo", $"raw_bus_{model}.f32.json"))).RootElement;
        string preproc = raw.GetProperty("preproc").GetString()!;
        JsonElement expected = all.GetProperty("cases").EnumerateArray()
            .Single(item => item.GetProperty("model").GetString() == model && item.GetProperty("preproc").GetString() == preproc)
            .GetProperty("detections").GetProperty(threshold).GetProperty("dets");
        JsonElement letterbox = all.GetProperty("preproc").GetProperty(preproc);

        LoadedModel loaded = Model(model, output, Dimensions(raw));
        using var batch = new InferenceBatch(loaded, 1);
        byte[] values = File.ReadAllBytes(Reference.File("golden", "yolo", $"raw_bus_{model}.f32.bin"));
        batch.SetOutput(output, TensorValue.Create(MemoryMarshal.Cast<byte, float>(values).ToArray(), Dimensions(raw)));
        ImageBatchState state = batch.State(() => new ImageBatchState());
        state.Begin(1);
        state.Size = new ImageSize(416, 416);
        state.Transforms[0] = new LetterboxTransform(
            letterbox.GetProperty("oriented_size")[0].GetInt32(),
            letterbox.GetProperty("oriented_size")[1].GetInt32(),
            letterbox.GetProperty("gain").GetDouble(),
            letterbox.GetProperty("gain").GetDouble(),
            letterbox.GetProperty("pad_left").GetInt32(),
            letterbox.GetProperty("pad_top").GetInt32());
        var options = new DetectionOptions
        {
            Head = head,
            MinScore = 0.25f,
            IouThreshold = threshold == "none" ? null : float.Parse(threshold, CultureInfo.InvariantCulture),
        };
        var results = new ObjectDetection[1];

        await new DetectionPostprocessor<ObjectDetection>(
            new DetectionModels(options, DetectionTask.Boxes), options, new ObjectDetectionAnswer())
            .PostprocessAsync(batch, results, TestContext.Current.CancellationToken);

        DetectionGolden.AssertEqual(expected, results[0].Detections, boxTolerance: 0.01, scoreTolerance: 0.00001);
    }

    private static long[] Dimensions(JsonElement raw) => [.. raw.GetProperty("dims").EnumerateArray().Select(axis => axis.GetInt64())];

    private static LoadedModel Model(string name, string output, long[] shape) => new(
        new ModelIdentity(name, "1", "reference"),
        new ModelDescription(
            [new ValueDescription("images", ValueKind.Tensor, TensorElementType.Float, [1, 3, 416, 416])],
            [new ValueDescription(output, ValueKind.Tensor, TensorElementType.Float, shape)]),
        new ModelArtifact("reference", "1", [ModelFile.InMemory("coco.names", File.ReadAllBytes(Reference.File("yolo", "coco.names")))]));
}

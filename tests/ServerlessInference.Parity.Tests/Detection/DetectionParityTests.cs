using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Vision;
using ServerlessInference.Vision.Detection;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Resizing;

namespace ServerlessInference.Parity.Tests.Detection;

/// <summary>
/// Whole pipelines, from encoded image to boxes, against Python: OpenCV's letterbox (and Pillow's), the same ONNX models, numpy's suppression.
/// Asked for are boxes within 1 pixel and scores within 0.01. There are no exceptions.
/// </summary>
public sealed class DetectionParityTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases()
    {
        if (!Reference.IsThere)
        {
            yield break;
        }

        foreach (JsonElement golden in DetectionGolden.Read().GetProperty("cases").EnumerateArray())
        {
            yield return new TheoryDataRow<string, string>(golden.GetProperty("model").GetString()!, golden.GetProperty("preproc").GetString()!);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public async Task RunAsync_ReferenceModel_GivesTheReferencesBoxes(string model, string preproc)
    {
        JsonElement golden = DetectionGolden.Read().GetProperty("cases").EnumerateArray().Single(item =>
            item.GetProperty("model").GetString() == model && item.GetProperty("preproc").GetString() == preproc);
        byte[] image = File.ReadAllBytes(Reference.File(golden.GetProperty("image").GetString()!));
        foreach (JsonProperty expected in golden.GetProperty("detections").EnumerateObject())
        {
            await using ServiceProvider services = Build(model, options =>
            {
                options.MinScore = 0.25f;
                options.IouThreshold = expected.Name == "none" ? null : float.Parse(expected.Name, System.Globalization.CultureInfo.InvariantCulture);
                if (golden.GetProperty("interp").GetString() == "pil_bilinear")
                {
                    options.Preprocessing = ImagePreprocessingPresets.Ultralytics(416);
                    options.Preprocessing.Filter = ResizeFilter.Bilinear;
                }
            });

            InferenceResult<ObjectDetection> result = await services
                .GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection>>(model)
                .RunAsync(image, TestContext.Current.CancellationToken);

            DetectionGolden.AssertEqual(expected.Value.GetProperty("dets"), result.Value.Detections, boxTolerance: 1, scoreTolerance: 0.01);
        }
    }

    private static ServiceProvider Build(string model, Action<DetectionOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel(model, builder => builder
            .FromFileSystem(Path.GetDirectoryName(Reference.File("yolo", model + ".onnx"))!)
            .Configure(options => options.File = model + ".onnx")
            .UseObjectDetection(configure));
        return services.BuildServiceProvider();
    }
}

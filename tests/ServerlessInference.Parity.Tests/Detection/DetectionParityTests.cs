using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Vision;

namespace ServerlessInference.Parity.Tests.Detection;

/// <summary>
/// Compares whole pipelines, from encoded image to boxes, with Python: the letterboxes of OpenCV and Pillow, the same ONNX models,
/// suppression in numpy. Boxes must be within 1 pixel and scores within 0.01, without exceptions.
/// </summary>
public sealed class DetectionParityTests(DetectionParityTests.Pipelines pipelines) : IClassFixture<DetectionParityTests.Pipelines>
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases()
    {
        if (!Reference.IsThere)
        {
            // Without the reference data there is one empty case, which skips itself, because a theory without data fails.
            yield return new TheoryDataRow<string, string>(string.Empty, string.Empty);
            yield break;
        }

        foreach (JsonElement golden in DetectionGolden.Read().GetProperty("cases").EnumerateArray())
        {
            yield return new TheoryDataRow<string, string>(
                golden.GetProperty("model").GetString()!, golden.GetProperty("preproc").GetString()!);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task RunAsync_ReferenceModel_ReturnsReferenceBoxes(string model, string preproc)
    {
        JsonElement golden = DetectionGolden.Read().GetProperty("cases").EnumerateArray().Single(item =>
            item.GetProperty("model").GetString() == model && item.GetProperty("preproc").GetString() == preproc);
        byte[] image = File.ReadAllBytes(Reference.File(golden.GetProperty("image").GetString()!));
        foreach (JsonProperty expected in golden.GetProperty("detections").EnumerateObject())
        {
            InferenceResult<ObjectDetection> result = await pipelines.Get(model, expected.Name, golden.GetProperty("interp").GetString()!)
                .RunAsync(image, TestContext.Current.CancellationToken);

            DetectionGolden.AssertEqual(expected.Value.GetProperty("dets"), result.Value.Detections, boxTolerance: 1, scoreTolerance: 0.01);
        }
    }

    /// <summary>The pipelines with their loaded models, each of which is used for several images.</summary>
    public sealed class Pipelines : IAsyncDisposable
    {
        private readonly Dictionary<(string, string, string), ServiceProvider> _services = [];

        public async ValueTask DisposeAsync()
        {
            foreach (ServiceProvider services in _services.Values)
            {
                await services.DisposeAsync();
            }
        }

        internal IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection> Get(string model, string threshold, string interpolation)
        {
            if (!_services.TryGetValue((model, threshold, interpolation), out ServiceProvider? services))
            {
                services = Build(model, threshold, interpolation);
                _services.Add((model, threshold, interpolation), services);
            }

            return services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection>>(model);
        }

        private static ServiceProvider Build(string model, string threshold, string interpolation)
        {
            var services = new ServiceCollection();
            services.AddServerlessInference().AddModel(model, builder => builder
                .FromFileSystem(Path.GetDirectoryName(Reference.File("yolo", model + ".onnx"))!)
                .Configure(options => options.File = model + ".onnx")
                .UseObjectDetection(options =>
                {
                    options.MinScore = 0.25f;
                    options.IouThreshold = threshold == "none" ? null : float.Parse(threshold, CultureInfo.InvariantCulture);
                    if (interpolation == "pil_bilinear")
                    {
                        options.Preprocessing = ImagePreprocessingPresets.Ultralytics(416);
                        options.Preprocessing.Filter = ResizeFilter.Bilinear;
                    }
                }));
            return services.BuildServiceProvider();
        }
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Lambda.Warmup;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.PublicApi.Core;

/// <summary>Implements each extension point of Core with what is public, as an application would.</summary>
public sealed partial class ExtensionPointTests
{
    // y = Relu(x), float32 [n, 2], opset 17, as protobuf.
    private const string Model =
        "CAg6QQoMCgF4EgF5IgRSZWx1EgVncmFwaFoUCgF4Eg8KDQgBEgkKAxIBbgoCCAJiFAoBeRIPCg0IARIJCgMSAW4KAggCQgQKABAR";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ServiceProvider Services() => Register(new ServiceCollection()).BuildServiceProvider();

    private static ServiceCollection Register(ServiceCollection services)
    {
        services.AddSingleton<IModelSourceFactory, NoteFactory>();
        services.AddSingleton<IWarmupDetector, PingDetector>();
        services.AddServerlessInference().AddModel("relu", model => model
            .From(source => source.Uri("note:relu"))
            .UsePipeline(
                _ => new ParseStep().Then(new PairPreprocessor()),
                _ => new SumPostprocessor().Then(new FormatStep()))
            .AcceptEncoded(bytes => Encoding.UTF8.GetString(bytes.Span), Json.Default.String));
        return services;
    }

    [Fact]
    public async Task Pipeline_OwnStagesAndSource_AnswersAndKeepsFailuresApart()
    {
        await using ServiceProvider services = Services();
        var pipeline = services.GetRequiredService<IInferencePipeline<string, string>>();

        IReadOnlyList<InferenceResult<string>> results = await pipeline.RunBatchAsync(["1 2", "x", "-5 4"], Token);

        Assert.Equal("sum 3 of pair 1", results[0].Value);
        Assert.Equal(InvalidInputKind.Malformed, Assert.IsType<InvalidInputException>(results[1].Error).Kind);
        Assert.Equal("sum 4 of pair 3", results[2].Value);
        Assert.Equal(new ModelIdentity("relu", "note-1", "note:relu"), results[0].Model);
    }

    [Fact]
    public async Task EncodedPipeline_Bytes_GiveJson()
    {
        await using ServiceProvider services = Services();
        IEncodedPipeline pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("relu");

        InferenceResult result = Assert.Single(await pipeline.RunAsync(["3 4"u8.ToArray()], Token));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            pipeline.WriteValue(result, writer);
        }

        Assert.Equal("\"sum 7 of pair 1\"", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public async Task WarmUp_OwnDetectorAndWarmupInput_RunThePipeline()
    {
        await using ServiceProvider services = Services();
        Assert.True(services.GetServices<IWarmupDetector>().Single().TryDetect("ping"u8, out WarmupRequest request));

        ModelIdentity identity = await services.GetRequiredService<IModelRegistry>().WarmUpAsync(request.Model!, Token);

        Assert.Equal("relu", identity.Name);
        Assert.False((await services.GetRequiredService<IInferencePipeline<string, string>>().RunAsync("1 1", Token)).Timings.IsCold);
    }

    [Fact]
    public async Task Stages_WithoutASession_AreTestable()
    {
        var model = new LoadedModel(
            new ModelIdentity("m", "v", "test"),
            new ModelDescription(
                [new ValueDescription("x", ValueKind.Tensor, TensorElementType.Float, [-1, 2])],
                [new ValueDescription("y", ValueKind.Tensor, TensorElementType.Float, [-1, 2])]),
            new ModelArtifact("test", "v", [ModelFile.InMemory("model.onnx", new byte[1])]));
        using var batch = new InferenceBatch(model, 1);
        await new PairPreprocessor().PreprocessAsync(new[] { (1f, 2f) }, batch, Token);
        batch.SetOutput("y", TensorValue.Create([1f, 2f], 1, 2));
        var outputs = new float[1];

        await new SumPostprocessor().PostprocessAsync(batch, outputs, Token);

        Assert.Equal(3f, outputs[0]);
    }

    private sealed class NoteFactory : IModelSourceFactory
    {
        public string Scheme => "note";

        public IModelSource Create(string uri) => new NoteSource(uri);
    }

    private sealed class NoteSource(string uri) : IModelSource
    {
        public string Description => uri;

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult("note-1");

        public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(new ModelArtifact(uri, "note-1", [ModelFile.InMemory("model.onnx", Convert.FromBase64String(Model))]));
    }

    private sealed class PingDetector : IWarmupDetector
    {
        public bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request)
        {
            request = new WarmupRequest("ping", "relu");
            return payload.SequenceEqual("ping"u8);
        }
    }

    private sealed class ParseStep : IPreprocessingStep<string, (float Left, float Right)>
    {
        public ValueTask PreprocessAsync(
            ReadOnlyMemory<string> inputs, Memory<(
                float Left, float Right)> outputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                string[] parts = inputs.Span[i].Split(' ');
                if (parts.Length == 2)
                {
                    outputs.Span[i] = (float.Parse(parts[0], null), float.Parse(parts[1], null));
                }
                else
                {
                    batch.Fail(i, new InvalidInputException("Two numbers were expected."));
                }
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class PairPreprocessor : IPreprocessor<(float Left, float Right)>
    {
        public void Prepare(LoadedModel model) => Assert.Equal("relu", model.Identity.Name);

        public bool TryCreateWarmupInput(LoadedModel model, out (float Left, float Right) input)
        {
            input = (1, 1);
            return true;
        }

        public ValueTask PreprocessAsync(
            ReadOnlyMemory<(float Left, float Right)> inputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            Span<float> tensor = batch.CreateInput<float>("x", batch.Rows, 2);
            for (int i = 0; i < inputs.Length; i++)
            {
                (tensor[2 * i], tensor[2 * i + 1]) = inputs.Span[i];
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class SumPostprocessor : IPostprocessor<float>
    {
        public void Prepare(LoadedModel model) => Assert.Single(model.Description.Outputs);

        public ValueTask PostprocessAsync(InferenceBatch batch, Memory<float> outputs, CancellationToken cancellationToken)
        {
            TensorView<float> tensor = batch.GetOutput<float>("y");
            for (int i = 0; i < outputs.Length; i++)
            {
                outputs.Span[i] = tensor.Row(i)[0] + tensor.Row(i)[1];
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class FormatStep : IPostprocessingStep<float, string>
    {
        public ValueTask PostprocessAsync(
            ReadOnlyMemory<float> previous, Memory<string> outputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            for (int i = 0; i < previous.Length; i++)
            {
                outputs.Span[i] = $"sum {previous.Span[i]} of pair {i + 1}";
            }

            return ValueTask.CompletedTask;
        }
    }

    [JsonSerializable(typeof(string))]
    private sealed partial class Json : JsonSerializerContext;
}

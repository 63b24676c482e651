using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.DependencyInjection;

public sealed partial class RegistrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction> Fake() =>
        Mock.Of<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>(MockBehavior.Strict);

    [Fact]
    public void AddServerlessInference_Twice_RegistersOnce()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("a", model => model.FromLayer("a"));
        int count = services.Count;
        services.AddServerlessInference();

        Assert.Equal(count, services.Count);
    }

    [Fact]
    public void AddModel_NameTwice_Throws()
    {
        ServerlessInferenceBuilder builder = new ServiceCollection().AddServerlessInference().AddModel("a", model => model.FromLayer("a"));

        ArgumentException error = Assert.Throws<ArgumentException>(() => builder.AddModel("a", model => model.FromLayer("b")));

        Assert.StartsWith("A model 'a' has been added already. Give each model its own name.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void AddModel_EmptyName_Throws(string name) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddServerlessInference().AddModel(name, _ => { }));

    [Fact]
    public async Task Pipeline_OneModel_ResolvesWithoutItsName()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Classifier(), model => model.UseLabelPrediction())
            .BuildServiceProvider();

        Assert.Same(
            services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>("m"),
            services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>());
        Assert.Same(services.Named("m"), services.GetRequiredService<IInferencePipeline<NamedValues, NamedValues>>());
    }

    [Fact]
    public void Pipeline_SeveralModels_AsksForTheName()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("a", StubModelSource.Of([1]), model => model.UseLabelPrediction())
            .Add("b", StubModelSource.Of([1]), model => model.UseLabelPrediction());

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => services.BuildServiceProvider().GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>());

        Assert.Equal(
            "Several models have a pipeline from System.ReadOnlyMemory`1[System.Single] to " +
            "ServerlessInference.Pipelines.LabelPrediction: 'a', 'b'. " +
            "Resolve it by the name of the model, with [FromKeyedServices(\"name\")].",
            error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pipeline_ReplacedByAFake_IsTheFakeAndLoadsNothing(bool before)
    {
        IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction> fake = Fake();
        StubModelSource source = StubModelSource.Of(TinyModels.Double());
        var services = new ServiceCollection();
        if (before)
        {
            services.AddKeyedSingleton("m", fake);
        }

        services.AddServerlessInference().Add("m", source, model => model.UseLabelPrediction());
        if (!before)
        {
            services.AddKeyedSingleton("m", fake);
        }

        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Same(fake, provider.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>("m"));
        Assert.Same(fake, provider.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>());
        Assert.Equal(0, source.Loads);

        // A model that the real pipeline would refuse is no trouble to a fake.
        await provider.Registry().PreloadAsync(Token);
        await provider.Registry().WarmUpAsync("m", Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NamedValuesPipeline_ReplacedByAFake_IsTheFake(bool before)
    {
        var fake = Mock.Of<IInferencePipeline<NamedValues, NamedValues>>(MockBehavior.Strict);
        var services = new ServiceCollection();
        if (before)
        {
            services.AddKeyedSingleton("m", fake);
        }

        services.AddServerlessInference().Add("m", StubModelSource.Of(TinyModels.Double()));
        if (!before)
        {
            services.AddKeyedSingleton("m", fake);
        }

        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Same(fake, provider.Named("m"));
        await provider.Registry().WarmUpAsync("m", Token);
    }

    [Fact]
    public async Task DecorateSource_Twice_TheFirstIsOutermostAndTheModelComesThroughBoth()
    {
        var order = new List<string>();
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), model => model
            .DecorateSource((_, source) => new NotingSource(source, "outer", order))
            .DecorateSource((_, source) => new NotingSource(source, "inner", order))).BuildServiceProvider();

        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);

        Assert.Equal(["outer", "inner"], order);
    }

    [Fact]
    public async Task AcceptEncoded_Bytes_AreDecodedAndAnswersWritten()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Classifier(), model => model.UseLabelPrediction()
            .AcceptEncoded(
                bytes => bytes.Length == 3
                    ? (ReadOnlyMemory<float>)bytes.ToArray().Select(value => (float)value).ToArray()
                    : throw new InvalidInputException("Three bytes were expected."),
                Json.Default.LabelPrediction)).BuildServiceProvider();
        IEncodedPipeline pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("m");

        IReadOnlyList<InferenceResult> results = await pipeline.RunAsync(
            [new byte[] { 9, 0, 0 }, new byte[] { 1 }, new byte[] { 0, 0, 9 }], Token);

        Assert.Equal([true, false, true], results.Select(result => result.IsSuccess));
        Assert.Equal("Three bytes were expected.", results[1].Error?.Message);
        Assert.Equal("m", results[1].Model.Name);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            pipeline.WriteValue(results[2], writer);
        }

        Assert.StartsWith(
            "{\"Label\":\"2\",\"Probabilities\":[{\"Index\":0,\"Label\":\"0\",\"Score\":", Encoding.UTF8.GetString(stream.ToArray()),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task AcceptEncoded_NothingDecodable_LoadsNothing()
    {
        StubModelSource source = StubModelSource.Of(TinyModels.Classifier());
        await using ServiceProvider services = TestModels.Services("m", source, model => model.UseLabelPrediction()
            .AcceptEncoded<ReadOnlyMemory<float>, LabelPrediction>(
                _ => throw new InvalidInputException("no"), Json.Default.LabelPrediction)).BuildServiceProvider();

        Assert.Single(await services.GetRequiredKeyedService<IEncodedPipeline>("m").RunAsync([new byte[1]], Token));
        Assert.Equal(0, source.Loads);
    }

    private sealed class NotingSource(IModelSource inner, string name, List<string> order) : IModelSource
    {
        public string Description => inner.Description;

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => inner.GetVersionAsync(cancellationToken);

        public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
        {
            order.Add(name);
            return inner.LoadAsync(cancellationToken);
        }
    }

    [JsonSerializable(typeof(LabelPrediction))]
    private sealed partial class Json : JsonSerializerContext;
}

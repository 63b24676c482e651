using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Testing.Tests;

public sealed class FakePipelineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_Input_IsAnsweredAndRecorded()
    {
        var fake = new FakePipeline<string, int>(text => text.Length) { Model = new ModelIdentity("m", "2", "s") };

        InferenceResult<int> result = await fake.RunAsync("four", Token);

        Assert.Equal(4, result.Value);
        Assert.Equal("2", result.Model.Version);
        Assert.Equal(["four"], fake.Inputs);
    }

    [Fact]
    public async Task RunBatchAsync_InvalidInput_FailsAlone()
    {
        var fake = new FakePipeline<string, int>(text => text.Length > 0 ? text.Length : throw new InvalidInputException("Empty."));

        IReadOnlyList<InferenceResult<int>> results = await fake.RunBatchAsync(["a", "", "ccc"], Token);

        Assert.Equal([true, false, true], results.Select(result => result.IsSuccess));
        Assert.Equal("Empty.", results[1].Error?.Message);
        Assert.Equal(3, fake.Inputs.Count);
    }

    [Fact]
    public async Task RunAsync_Cancelled_Throws()
    {
        var fake = new FakePipeline<string, int>(text => text.Length);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fake.RunAsync("a", new CancellationToken(canceled: true)).AsTask());
    }

    [Fact]
    public async Task ReplacePipeline_RegisteredModel_AnswersInsteadOfIt()
    {
        var fake = new FakePipeline<ReadOnlyMemory<byte>, string>(bytes => $"{bytes.Length} bytes");
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.Services.AddServerlessInference().AddModel("texts", model => model
                .FromFileSystem("/nowhere")
                .UsePipeline<ReadOnlyMemory<byte>, string>(
                    _ => throw new InvalidOperationException(), _ => throw new InvalidOperationException())
                .AcceptEncoded(bytes => bytes, TestJson.Default.String));
            builder.MapHttp("texts");
            builder.Services.ReplacePipeline("texts", fake);
        }, cancellationToken: Token);

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", new byte[5]), Token)).ReadHttp();

        Assert.Equal("5 bytes", http.ReadJson().GetProperty("result").GetString());
        Assert.Same(fake, function.Services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, string>>("texts"));
        Assert.NotNull(function.Services.GetRequiredKeyedService<IEncodedPipeline>("texts"));
    }

    [Fact]
    public void ReplacePipeline_OtherTypes_SaysWhichWereExpected()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("texts", model => model.FromFileSystem("/nowhere"));

        var exception = Assert.Throws<ArgumentException>(() => services.ReplacePipeline("texts", new FakePipeline<string, int>(_ => 1)));

        Assert.Contains("no pipeline from String to Int32", exception.Message, StringComparison.Ordinal);
    }
}

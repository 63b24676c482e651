using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Sessions;
using ServerlessInference.Testing;

namespace ServerlessInference.ParameterStore.Tests;

/// <summary>Pointers inside a function: the extension is asked as soon as events are answered.</summary>
public sealed class PointerFunctionTests : IAsyncDisposable
{
    private readonly ParameterServer _server = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pointer-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task Invoke_ParameterChanged_IsAnsweredByTheNewModel()
    {
        foreach (string version in new[] { "v1", "v2" })
        {
            Directory.CreateDirectory($"{_folder}/{version}");
            File.Copy(Path.Combine(Repository.Root, "models/shapes-resnet/model.onnx"), $"{_folder}/{version}/model.onnx");
        }

        _server.Values["/models/shapes"] = $"file:{_folder}/v1";
        var clock = new FakeTimeProvider();
        await using var function = await InMemoryFunction.StartAsync(
            builder =>
            {
                Configure(builder);
                builder.Services.AddServerlessInference().AddParameterStorePointers().AddModel("shapes", model => model
                    .FromPointer(pointer => pointer.ParameterStore("/models/shapes"))
                    .Configure(options =>
                    {
                        options.CheckInterval = TimeSpan.FromMinutes(1);
                        options.CheckJitter = 0;
                        options.ReplacementWait = TimeSpan.FromSeconds(30);
                    }));
                builder.MapHandler(TestJson.Default.String, TestJson.Default.String, async (_, context, token) =>
                {
                    using ModelLease lease = await context.Services.GetRequiredService<IModelRegistry>().AcquireAsync("shapes", token);
                    return lease.Model.Identity.Source;
                });
            }, clock, new LambdaEnvironment { MemorySize = 512 }, Token);
        Assert.All(_server.Asked, asked => Assert.StartsWith("service", asked, StringComparison.Ordinal));

        Assert.Contains("/v1\"", (await function.InvokeAsync("\"x\"", Token)).Text, StringComparison.Ordinal);
        _server.Values["/models/shapes"] = $"file:{_folder}/v2";
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Contains("/v2\"", (await function.InvokeAsync("\"x\"", Token)).Text, StringComparison.Ordinal);
        Assert.StartsWith("extension", _server.Asked.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uri_OfTheSchemeSsm_IsReadFromParameterStore()
    {
        Directory.CreateDirectory($"{_folder}/v1");
        File.Copy(Path.Combine(Repository.Root, "models/shapes-resnet/model.onnx"), $"{_folder}/v1/model.onnx");
        _server.Values["/models/shapes"] = $"file:{_folder}/v1";
        await using var function = await InMemoryFunction.StartAsync(
            builder =>
            {
                Configure(builder);
                builder.Configuration["ServerlessInference:Models:shapes:Sources:0:Uri"] = "ssm:/models/shapes";
                builder.Services.AddServerlessInference().AddParameterStorePointers().AddModel("shapes", _ => { });
            }, cancellationToken: Token);

        ModelStatus status = function.Services.GetRequiredService<IModelRegistry>().GetStatus("shapes");

        Assert.Equal($"file:{_folder}/v1", status.Model!.Source);
    }

    private void Configure(InferenceFunctionBuilder builder) =>
        builder.Services.AddSingleton(new ParameterEnvironment(_server.Environment.GetValueOrDefault));
}

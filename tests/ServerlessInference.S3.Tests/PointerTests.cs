using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.S3.Tests;

/// <summary>A pointer to S3, with a mount of the same path tried first, is changed while the model is in use.</summary>
public sealed class PointerTests(S3Server server) : IClassFixture<S3Server>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pointer-");

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    private ServiceProvider Build(string pointer, Action<ModelOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IAmazonS3>(_ => server.Client());
        services.Configure<ModelStoreOptions>(options => options.Root = _folder + "/store");
        services.AddServerlessInference().AddModel("m", model => model
            .FromPointer(
                where => where.File(pointer).Lifetime(TimeSpan.Zero),
                (value, sources) => sources
                    .From(source => source.Efs($"{_folder}/mount/{value.Path}", TimeSpan.FromSeconds(2)))
                    .ThenFrom(source => source.S3(value.Text)))
            .Configure(options => configure?.Invoke(options)));
        return services.BuildServiceProvider();
    }

    // In ONNX's format, the last occurrence of a field counts: another producer_version gives the same model with other bytes.
    private static byte[] Model(byte version) => [.. File.ReadAllBytes(Path.Combine(Repository.DemoModel, "model.onnx")), 0x1A, 1, version];

    private static async Task<ModelIdentity> UseAsync(IServiceProvider services)
    {
        using ModelLease lease = await services.GetRequiredService<IModelRegistry>().AcquireAsync("m", Token);
        return lease.Model.Identity;
    }

    [Fact]
    public async Task RefreshAsync_PointerObjectAndMountChange_EachReplacesTheModel()
    {
        server.Require();
        await server.PutAsync("yolo/v1/model.onnx", Model((byte)'1'));
        await server.PutAsync("yolo/v2/model.onnx", Model((byte)'1'));
        string pointer = _folder + "/model.uri";
        await File.WriteAllTextAsync(pointer, $"s3://{server.Bucket}/yolo/v1/\n", Token);
        await using ServiceProvider services = Build(pointer);
        IModelRegistry registry = services.GetRequiredService<IModelRegistry>();
        ModelIdentity first = await UseAsync(services);
        Assert.Equal($"s3://{server.Bucket}/yolo/v1/", first.Source);
        Assert.False(await registry.RefreshAsync("m", Token));

        // Another location with the same bytes: only the pointer shows that it is another model.
        await File.WriteAllTextAsync(pointer, $"s3://{server.Bucket}/yolo/v2/", Token);
        Assert.True(await registry.RefreshAsync("m", Token));
        ModelIdentity second = await UseAsync(services);
        Assert.Equal($"s3://{server.Bucket}/yolo/v2/", second.Source);

        // The same location with other bytes: its ETag differs.
        await server.PutAsync("yolo/v2/model.onnx", Model((byte)'2'));
        Assert.True(await registry.RefreshAsync("m", Token));
        ModelIdentity third = await UseAsync(services);
        Assert.NotEqual(second.Version, third.Version);

        // The model is copied to the mount, which is first in the chain but has failed so often that it is tried last for a while.
        Directory.CreateDirectory($"{_folder}/mount/yolo/v2");
        await File.WriteAllBytesAsync($"{_folder}/mount/yolo/v2/model.onnx", Model((byte)'2'), Token);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(await registry.RefreshAsync("m", Token));
        Assert.Equal($"efs:{_folder}/mount/yolo/v2/", (await UseAsync(services)).Source);
        Assert.False(await registry.RefreshAsync("m", Token));
    }

    [Fact]
    public async Task RefreshAsync_PointerToNothing_KeepsTheModel()
    {
        server.Require();
        await server.PutAsync("kept/model.onnx", Model((byte)'1'));
        string pointer = _folder + "/model.uri";
        await File.WriteAllTextAsync(pointer, $"s3://{server.Bucket}/kept/", Token);
        await using ServiceProvider services = Build(pointer);
        IModelRegistry registry = services.GetRequiredService<IModelRegistry>();
        ModelIdentity first = await UseAsync(services);

        await File.WriteAllTextAsync(pointer, $"s3://{server.Bucket}/none/", Token);

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await registry.RefreshAsync("m", Token));
        Assert.Contains("/none/", error.Message, StringComparison.Ordinal);
        Assert.Equal(first, await UseAsync(services));
        Assert.Equal((ModelState.Ready, error), (registry.GetStatus("m").State, registry.GetStatus("m").Error));
    }
}

using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Models.Store;
using ServerlessInference.Tests.Models.Transfer;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class FileSystemCopyTests : IDisposable
{
    private readonly TestFolder _mount = new();
    private readonly TemporaryStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _mount.Dispose();
        _store.Dispose();
    }

    private ServiceProvider Build(Action<ModelSourceBuilder> source)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("m", model => model.From(source));
        services.Configure<ModelStoreOptions>(options => options.Root = _store.Options.Root);
        return services.BuildServiceProvider();
    }

    private static async Task<ModelArtifact> LoadAsync(IServiceProvider services) => await services.GetRequiredKeyedService<IModelSource>("m").LoadAsync(Token);

    private string Digest(string file, byte[] content) => _mount.Write(file + ".sha256", $"{Convert.ToHexStringLower(SHA256.HashData(content))}  {file}\n");

    [Fact]
    public async Task EfsCopy_Folder_IsInTheStoreAndOutlivesTheMount()
    {
        byte[] model = TemporaryStore.Bytes(3_500_000);
        _mount.Write("model.onnx", model);
        Digest("model.onnx", model);
        _mount.Write("sub/labels.txt", "a\nb");
        await using ServiceProvider services = Build(source => source.EfsCopy(_mount.Path));

        using ModelArtifact artifact = await LoadAsync(services);
        string version = await services.GetRequiredKeyedService<IModelSource>("m").GetVersionAsync(Token);
        File.Delete(_mount.Path + "/model.onnx");

        Assert.Equal("efs:" + _mount.Path, artifact.Source);
        Assert.Equal(version, artifact.Version);
        Assert.Equal(["model.onnx", "sub/labels.txt"], artifact.Files.Select(file => file.Name).Order());
        ModelFile copy = artifact.GetModelFile();
        Assert.StartsWith(_store.Options.Root, copy.PhysicalPath!, StringComparison.Ordinal);
        Assert.True(copy.ReadAllBytes().Span.SequenceEqual(model));
        Assert.Single(_store.Published);
    }

    [Fact]
    public async Task EfsCopy_DigestDoesNotFit_PublishesNothing()
    {
        _mount.Write("model.onnx", TemporaryStore.Bytes(1000));
        Digest("model.onnx", TemporaryStore.Bytes(1000, seed: 2));
        await using ServiceProvider services = Build(source => source.EfsCopy(_mount.Path));

        ModelLoadException error = await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync(services));

        Assert.Contains("came with the digest sha256:", error.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Published);
    }

    [Fact]
    public async Task EfsCopy_DigestFileIsNone_SaysSo()
    {
        _mount.Write("model.onnx", TemporaryStore.Bytes(1000));
        _mount.Write("model.onnx.sha256", "soon");
        await using ServiceProvider services = Build(source => source.EfsCopy(_mount.Path));

        ModelLoadException error = await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync(services));

        Assert.Equal($"{_mount.Path}/model.onnx.sha256 begins with no SHA-256 (64 hexadecimal digits). Write it with sha256sum, or remove it.", error.Message);
    }

    [Fact]
    public async Task Uri_CopyWithSettings_IsVerifiedAgainstThem()
    {
        byte[] model = TemporaryStore.Bytes(1000);
        string file = _mount.Write("model.onnx", model);
        string pinned = Convert.ToHexStringLower(SHA256.HashData(model));
        await using ServiceProvider services = Build(source => source.Uri($"efs:{file}#copy&sha256={pinned}"));

        using ModelArtifact artifact = await LoadAsync(services);

        Assert.Equal("sha256-" + pinned[..16], artifact.Version);
        Assert.StartsWith(_store.Options.Root, artifact.GetModelFile().PhysicalPath!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileSystemCopy_FileChanges_IsAnotherVersion()
    {
        string file = _mount.Write("model.onnx", TemporaryStore.Bytes(1000));
        await using ServiceProvider services = Build(source => source.FileSystemCopy(_mount.Path));
        using ModelArtifact first = await LoadAsync(services);

        _mount.Write("model.onnx", TemporaryStore.Bytes(1000, seed: 5));
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(10_000));
        using ModelArtifact second = await LoadAsync(services);

        Assert.NotEqual(first.Version, second.Version);
        Assert.True(second.GetModelFile().ReadAllBytes().Span.SequenceEqual(TemporaryStore.Bytes(1000, seed: 5)));
    }

    [Fact]
    public async Task EfsCopy_NoSuchFolder_SaysSo()
    {
        await using ServiceProvider services = Build(source => source.EfsCopy(_mount.Path + "/none"));

        ModelLoadException error = await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync(services));

        Assert.Contains("/none does not exist", error.Message, StringComparison.Ordinal);
    }
}

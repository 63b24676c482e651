using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Registration;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>Tests with models that are copied from a mount into the store.</summary>
public sealed class FileModelTests : IDisposable
{
    private static readonly byte[] Model = TemporaryStore.Bytes((2 * 1024 * 1024) + 3, 7);

    private readonly TemporaryStore _store = new();
    private readonly TestFolder _mount = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        _mount.Dispose();
    }

    [Fact]
    public async Task LoadAsync_Directory_IsCopiedIntoTheStore()
    {
        _mount.Write("onnx/model.onnx", Model);
        _mount.Write("config.json", "{}"u8.ToArray());
        using ModelArtifact artifact = await LoadAsync(source => source.Efs(_mount.Path, copy: _ => { }));

        Assert.Equal(["config.json", "onnx/model.onnx"], artifact.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.StartsWith(_store.Options.Root, artifact.GetModelFile().PhysicalPath, StringComparison.Ordinal);
        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal($"efs:{_mount.Path}", artifact.Source);
    }

    [Theory]
    [InlineData("model.tar.gz")]
    [InlineData("model.zip")]
    public async Task LoadAsync_Archive_IsExtractedIntoTheStore(string name)
    {
        byte[] archive = name == "model.zip"
            ? ArchiveBuilder.Zip(("model.onnx", Model))
            : ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("model.onnx", Model)));
        string path = _mount.Write(name, archive);
        _mount.Write("labels.txt");
        using ModelArtifact artifact =
            await LoadAsync(source => source.Uri($"efs:{path}#copy=true&sha256={Convert.ToHexStringLower(SHA256.HashData(archive))}"));

        Assert.Equal("model.onnx", Assert.Single(artifact.Files).Name);
        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_SingleFileIntoMemory_IncludesCompanionFiles()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files exist on Linux only");
        string path = _mount.Write("model.onnx", Model);
        _mount.Write("labels.txt", [65]);
        _mount.Write("other.onnx");
        using ModelArtifact artifact = await LoadAsync(source => source.Uri($"file:{path}#copy=true&memory=true"));

        Assert.Equal(["labels.txt", "model.onnx"], artifact.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(_store.Options.Root));
    }

    [Fact]
    public async Task LoadAsync_WrongSha256_PublishesNothing()
    {
        string path = _mount.Write("model.onnx", Model);
        await Assert.ThrowsAnyAsync<ModelLoadException>(
            () => LoadAsync(source => source.Efs(path, copy: options => options.Sha256 = new string('b', 64))));
        Assert.Empty(_store.Published);
    }

    [Fact]
    public async Task LoadAsync_NewContent_HasAnotherVersion()
    {
        string path = _mount.Write("model.onnx", Model);
        using ModelArtifact before = await LoadAsync(source => source.Efs(path, copy: _ => { }));
        _mount.Write("model.onnx", Model[1..]);
        using ModelArtifact after = await LoadAsync(source => source.Efs(path, copy: _ => { }));

        Assert.NotEqual(before.Version, after.Version);
        Assert.Equal(Model[1..], after.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task OpenReadAsync_ReplacedByFileOfTheSameSize_Throws()
    {
        string path = _mount.Write("model.onnx", Model);
        IRemoteObject item = Assert.Single(await new FileModel(path, "efs", new RemoteModelOptions()).ListAsync(Token));
        string other = _mount.Write("other", TemporaryStore.Bytes(Model.Length, 8));
        File.SetLastWriteTimeUtc(other, DateTime.UnixEpoch);
        File.Move(other, path, overwrite: true);

        await Assert.ThrowsAsync<ModelChangedException>(() => item.OpenReadAsync(0, 100, Token).AsTask());
    }

    [Fact]
    public async Task OpenReadAsync_UnreadableFile_NamesTheFileAndNotTheStore()
    {
        string path = _mount.Write("model.onnx", Model);
        IRemoteObject item = Assert.Single(await new FileModel(path, "efs", new RemoteModelOptions()).ListAsync(Token));
        File.Delete(path);
        Directory.CreateDirectory(path); // opening a directory fails like opening a file without permission, even for root
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => item.OpenReadAsync(0, 100, Token).AsTask());

        Assert.Contains($"efs:{path} cannot be read", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_NumberSignWithoutSetting_IsPartOfTheName()
    {
        string path = _mount.Write("model#1.onnx", Model);
        using ModelArtifact artifact = await LoadAsync(source => source.Uri("file:" + path));

        Assert.Equal(path, artifact.GetModelFile().PhysicalPath);
    }

    private async Task<ModelArtifact> LoadAsync(Action<ModelSourceBuilder> from)
    {
        var services = new ServiceCollection();
        services.Configure<ModelStoreOptions>(options => options.Root = _store.Options.Root);
        services.AddServerlessInference().AddModel("m", model => model.From(from));
        await using ServiceProvider provider = services.BuildServiceProvider();
        return await provider.GetRequiredKeyedService<IModelSource>("m").LoadAsync(Token);
    }
}

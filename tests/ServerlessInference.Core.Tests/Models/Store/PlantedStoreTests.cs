using System.Diagnostics;
using System.Security.Cryptography;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Stores that somebody else has put into a shared directory, with models of their own.</summary>
public sealed class PlantedStoreTests : IDisposable
{
    private static readonly byte[] Content = TemporaryStore.Bytes(5000, 3);

    private readonly TemporaryStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Load_StoreOfAnotherUser_IsNotUsed()
    {
        await PublishAsync();
        ChangeOwner(_store.Options.Root);

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync(null));

        Assert.Contains("belongs to the user 54321, and this process runs as the user", error.Message, StringComparison.Ordinal);
        Assert.Contains("Set ServerlessInference:Store:Root", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models")]
    [InlineData("staging")]
    [InlineData("locks")]
    public async Task Load_FolderThatOthersCanWriteTo_IsNotUsed(string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Owners are determined on Linux.");
        await PublishAsync();
        Open(Path.Combine(_store.Options.Root, folder), sticky: true);

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync(null));

        string opened = Path.Combine(_store.Options.Root, folder);
        Assert.Contains($"Other users can write to {opened} (mode 1777)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Load_RootThatOthersCanWriteTo_IsUsedOnlyWithTheStickyBit(bool sticky, bool isUsed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Owners are determined on Linux.");
        await PublishAsync();
        Open(_store.Options.Root, sticky);

        if (isUsed)
        {
            using ModelArtifact artifact = await LoadAsync(null);
            Assert.Equal(Content, artifact.GetModelFile("model.onnx").ReadAllBytes().ToArray());
        }
        else
        {
            await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync(null));
        }
    }

    [Fact]
    public async Task Load_PinnedFileInAStoreOfOthers_IsComparedOncePerProcess()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Owners are determined on Linux.");
        string pinned = Convert.ToHexString(SHA256.HashData(Content));
        using (await LoadAsync(pinned))
        {
            // Fills the store.
        }

        Open(Path.Combine(_store.Options.Root, "models"), sticky: false);
        string planted = Directory.GetFiles(_store.Options.Root, "model.onnx", SearchOption.AllDirectories).Single();
        byte[] other = [.. Content];
        other[100] ^= 1;
        File.WriteAllBytes(planted, other);

        var model = new FakeModel(new FakeObject("model.onnx", Content));
        var source = new RemoteModelSource(model, new RemoteModelOptions { Sha256 = pinned }, _store.Options);
        using (ModelArtifact artifact = await source.LoadAsync(Token))
        {
            Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        }
    }

    [Fact]
    public async Task Load_PinnedArchiveInAStoreOfOthers_IsFetchedAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Owners are determined on Linux.");
        byte[] archive = ArchiveBuilder.Tar(("model.onnx", Content));
        string pinned = Convert.ToHexString(SHA256.HashData(archive));
        async Task<byte[]> LoadArchiveAsync()
        {
            var model = new FakeModel(new FakeObject("model.tar", archive));
            using ModelArtifact artifact = await new RemoteModelSource(
                model, new RemoteModelOptions { Sha256 = pinned }, _store.Options).LoadAsync(Token);
            return artifact.GetModelFile().ReadAllBytes().ToArray();
        }

        await LoadArchiveAsync();
        Open(Path.Combine(_store.Options.Root, "models"), sticky: false);
        File.WriteAllBytes(
            Directory.GetFiles(_store.Options.Root, "model.onnx", SearchOption.AllDirectories).Single(), new byte[Content.Length]);

        Assert.Equal(Content, await LoadArchiveAsync());
    }

    [Fact]
    public async Task Load_OtherOwnersAreAllowed_UsesTheStore()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Owners are determined on Linux.");
        await PublishAsync();
        Open(_store.Options.Root, sticky: false);
        _store.Options.AllowOtherOwners = true;

        using ModelArtifact artifact = await LoadAsync(null);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    private static void Open(string folder, bool sticky)
    {
        const UnixFileMode All = (UnixFileMode)0x1FF;
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Windows has no modes.");
        }

        File.SetUnixFileMode(folder, sticky ? All | UnixFileMode.StickyBit : All);
    }

    private static void ChangeOwner(string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root can give files away.");
        using Process process = Process.Start("chown", ["-R", "54321", folder]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task PublishAsync() => (await LoadAsync(null)).Dispose();

    private Task<ModelArtifact> LoadAsync(string? sha256) => new RemoteModelSource(
        new FakeModel(new FakeObject("model.onnx", Content)),
        new RemoteModelOptions { Sha256 = sha256 },
        _store.Options).LoadAsync(Token).AsTask();
}

using ServerlessInference.Models.Store;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Inspects the folders of the store while other threads change them.</summary>
public sealed class StoreFoldersTests : IDisposable
{
    /// <summary>How often the other thread changes the folders; the inspections happen in between.</summary>
    private const int Rounds = 300;

    private readonly TemporaryStore _store = new();
    private readonly StoreFolders _folders;

    public StoreFoldersTests()
    {
        _folders = new StoreFolders(_store.Options.Root);
        _folders.Create();
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task GetSize_FilesComeAndGo_CountsExistingFiles()
    {
        string folder = Path.Combine(_folders.Staging, "key");
        await WhileAsync(
            () =>
            {
                Directory.CreateDirectory(folder);
                for (int i = 0; i < 20; i++)
                {
                    File.WriteAllBytes(Path.Combine(folder, $"{i}"), [1]);
                }

                Directory.Delete(folder, recursive: true);
            },
            () => Assert.InRange(StoreFolders.GetSize(_folders.Staging), 0, 20));
    }

    [Fact]
    public async Task RemoveStaging_OthersPublishConcurrently_LeavesTheirFoldersAlone()
    {
        string folder = Path.Combine(_folders.Staging, "key");
        var space = new StoreSpace(_folders, _store.Options, TimeProvider.System, "mine");
        await WhileAsync(
            () =>
            {
                using FileLock build = FileLock.TryAcquireExclusive(_folders.GetBuildLock("key"))!;
                if (build is not null)
                {
                    Directory.CreateDirectory(folder);
                    File.WriteAllBytes(Path.Combine(folder, "0.plan"), [1]);
                    Directory.Delete(folder, recursive: true);
                }
            },
            () => space.RemoveStaging(TimeSpan.FromHours(1)));
    }

    private static async Task WhileAsync(Action change, Action inspect)
    {
        Task changing = Task.Factory.StartNew(
            () =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    change();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        while (!changing.IsCompleted)
        {
            inspect();
        }

        await changing;
    }
}

using ServerlessInference.Models.Store;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Looks at the store's folders while others work in them.</summary>
public sealed class StoreFoldersTests : IDisposable
{
    /// <summary>How often the others do their work; the looks fit in between as they come.</summary>
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
    public async Task SizeOf_FilesComeAndGo_CountsWhatIsThere()
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
            () => Assert.InRange(StoreFolders.SizeOf(_folders.Staging), 0, 20));
    }

    [Fact]
    public async Task RemoveStaging_OthersFinishTheirs_LeavesThemAlone()
    {
        string folder = Path.Combine(_folders.Staging, "key");
        var space = new StoreSpace(_folders, _store.Options, TimeProvider.System, "mine");
        await WhileAsync(
            () =>
            {
                using FileLock build = FileLock.TryExclusive(_folders.BuildLock("key"))!;
                if (build is not null)
                {
                    Directory.CreateDirectory(folder);
                    File.WriteAllBytes(Path.Combine(folder, "0.plan"), [1]);
                    Directory.Delete(folder, recursive: true);
                }
            },
            () => space.RemoveStaging(TimeSpan.FromHours(1)));
    }

    private static async Task WhileAsync(Action work, Action look)
    {
        Task working = Task.Factory.StartNew(
            () =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    work();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        while (!working.IsCompleted)
        {
            look();
        }

        await working;
    }
}

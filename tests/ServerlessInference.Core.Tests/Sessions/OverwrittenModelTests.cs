using System.Globalization;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Models.Store;
using ServerlessInference.Tests.Models.Transfer;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>
/// Models whose files are overwritten, truncated and replaced while they are loaded and used. SERVERLESS_INFERENCE_ATTACK_ROUNDS sets how
/// often.
/// </summary>
[Collection("Alone")]
public sealed class OverwrittenModelTests : IDisposable
{
    private static readonly int Rounds = int.Parse(
        Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_ATTACK_ROUNDS") ?? "30", CultureInfo.InvariantCulture);

    private readonly SessionTrial _trial = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _trial.Dispose();

    [Fact]
    public async Task LoadAndRun_WhileTheFileIsOverwritten_AnswersAreAlwaysThoseOfTheModel()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        byte[] intact = await File.ReadAllBytesAsync(demo.Prepared.File, Token);
        float[] expected = _trial.Run(Repository.DemoModel);
        using var done = new CancellationTokenSource();
        Task vandal = Task.Run(() => Vandalise(demo.Prepared.File, intact, done.Token), Token);

        for (int loaded = 0; loaded < Rounds;)
        {
            using ModelArtifact? artifact = TryOpen(demo.Folder);
            if (artifact is not null)
            {
                using OnnxSession session = _trial.Load(artifact);
                Assert.Equal(expected, SessionTrial.Run(session, artifact));
                Assert.Equal(expected, SessionTrial.Run(session, artifact));
                loaded++;
            }
        }

        await done.CancelAsync();
        await vandal;
    }

    [Fact]
    public async Task Load_ManyTimesFromEveryPlace_LeavesNoDescriptorOpen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted in /proc.");
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        using var store = new TemporaryStore();
        byte[] model = await File.ReadAllBytesAsync(demo.Plain, Token);
        async Task LoadAsync(bool inMemory)
        {
            var source = new RemoteModelSource(
                new FakeModel(new FakeObject("model.onnx", model)), new RemoteModelOptions { InMemory = inMemory }, store.Options);
            using (ModelArtifact remote = await source.LoadAsync(Token))
            {
                _trial.Load(remote).Dispose();
            }

            using ModelArtifact local = SessionTrial.Open(demo.Folder);
            _trial.Load(local).Dispose();
        }

        await LoadAsync(inMemory: false);
        await LoadAsync(inMemory: true);
        int before = CountDescriptors();
        for (int round = 0; round < Rounds; round++)
        {
            await LoadAsync(inMemory: round % 2 == 0);
        }

        Assert.InRange(CountDescriptors(), 0, before + 3); // the runtime opens some of its own at any time
    }

    [Fact]
    public async Task Create_PreparedModelOnAReadOnlyFileSystem_IsMappedInPlace()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        using var folder = new TestFolder();
        await using SmallDisk disk = await SmallDisk.MountAsync(Path.Combine(folder.Path, "layer"), "size=50000000");
        Assert.SkipUnless(disk.IsMounted, "This machine does not permit mounting.");
        foreach (string file in Directory.GetFiles(demo.Folder))
        {
            File.Copy(file, Path.Combine(folder.Path, "layer", Path.GetFileName(file)));
        }

        await disk.MakeReadOnlyAsync();
        string mapped = Path.Combine(folder.Path, "layer", Path.GetFileName(demo.Prepared.File));
        using (ModelArtifact artifact = SessionTrial.Open(Path.Combine(folder.Path, "layer")))
        using (OnnxSession session = _trial.Load(artifact))
        {
            Assert.Contains(mapped, await File.ReadAllTextAsync("/proc/self/maps", Token), StringComparison.Ordinal);
            Assert.Equal(_trial.Run(Repository.DemoModel), SessionTrial.Run(session, artifact));
        }
    }

    /// <summary>Opens a folder; returns null if a file was empty, or gone, while the folder was listed.</summary>
    private static ModelArtifact? TryOpen(string folder)
    {
        try
        {
            return SessionTrial.Open(folder);
        }
        catch (ModelLoadException)
        {
            return null;
        }
    }

    private static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static void Vandalise(string path, byte[] intact, CancellationToken done)
    {
        var random = new Random(17);
        while (!done.IsCancellationRequested)
        {
            byte[] other = [.. intact];
            switch (random.Next(4))
            {
                case 0: // overwrites a part of the file
                    random.NextBytes(other.AsSpan(0, 4096));
                    Overwrite(path, random.Next(intact.Length - 4096), other.AsSpan(0, 4096), intact.Length);
                    break;
                case 1: // copies a half over it, as an interrupted upload would
                    Overwrite(path, 0, other.AsSpan(0, other.Length / 2), other.Length / 2);
                    break;
                case 2: // flips a bit in a new file
                    other[random.Next(other.Length)] ^= 1;
                    Replace(path, other);
                    break;
                default: // the way it should be done
                    Replace(path, intact);
                    break;
            }
        }

        Replace(path, intact);
    }

    // Without the locks that .NET takes otherwise: other programs take none.
    private static void Overwrite(string path, int position, ReadOnlySpan<byte> content, int length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(length);
        file.Seek(position, SeekOrigin.Begin);
        file.Write(content);
    }

    private static void Replace(string path, byte[] content)
    {
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }
}

using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>How a model reaches ONNX Runtime, chosen and forced.</summary>
public sealed class SessionContentTests : IDisposable
{
    private readonly SessionTrial _trial = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData(ModelLoading.Auto, false)]
    [InlineData(ModelLoading.Mapped, true)]
    [InlineData(ModelLoading.Path, false)]
    [InlineData(ModelLoading.Bytes, false)]
    public async Task Create_PreparedModelOnWritableDisk_IsMappedInPlaceWhereThatIsAskedFor(ModelLoading loading, bool mapped)
    {
        LinuxOnly();
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession session = _trial.Load(artifact, SessionTrial.Options(options => options.Loading = loading));

        Assert.Equal(mapped, Maps().Contains(demo.Prepared.File, StringComparison.Ordinal));
        Assert.Equal(_trial.Run(Repository.DemoModel), SessionTrial.Run(session, artifact));
        Assert.Empty(_trial.Warnings);
    }

    [Theory]
    [InlineData(ModelLoading.Auto, true)]
    [InlineData(ModelLoading.Mapped, true)]
    [InlineData(ModelLoading.Bytes, false)]
    public async Task Create_PreparedModelInMemory_GoesIntoAMemoryFileThatGoesWithTheSession(ModelLoading loading, bool mapped)
    {
        LinuxOnly();
        using ModelArtifact artifact = await InMemoryAsync();
        string name = $"memfd:{artifact.Files.First(file => file.Name.EndsWith(".ort", StringComparison.Ordinal)).Name}";
        using (OnnxSession session = _trial.Load(artifact, SessionTrial.Options(options => options.Loading = loading)))
        {
            Assert.Equal(mapped, Maps().Contains(name, StringComparison.Ordinal));
            Assert.Equal(_trial.Run(Repository.DemoModel), SessionTrial.Run(session, artifact));
        }

        Assert.DoesNotContain(name, Maps(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_PreparedModelInMemoryByPath_TakesThePlainOneWhichHasNoneEither()
    {
        using ModelArtifact artifact = await InMemoryAsync();

        ModelLoadException error = Assert.Throws<ModelLoadException>(
            () => _trial.Load(artifact, SessionTrial.Options(options => options.Loading = ModelLoading.Path)));

        Assert.Contains("is only in memory and has no path. Set the option Loading to Auto.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelLoading.Auto)]
    [InlineData(ModelLoading.Path)]
    [InlineData(ModelLoading.Bytes)]
    public void Create_PlainModelOnDisk_AnswersTheSame(ModelLoading loading) =>
        Assert.Equal(
            _trial.Run(Repository.DemoModel), _trial.Run(Repository.DemoModel, SessionTrial.Options(options => options.Loading = loading)));

    [Fact]
    public void Create_PlainModelMapped_SaysThatItMustBePrepared()
    {
        LinuxOnly();

        ModelLoadException error = Assert.Throws<ModelLoadException>(
            () => _trial.Run(Repository.DemoModel, SessionTrial.Options(options => options.Loading = ModelLoading.Mapped)));

        Assert.Contains("cannot be mapped: mapping requires the .ort format, which 'serverless-inference optimize' " +
            "writes.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_FileReplacedOrRemovedWhileMapped_KeepsAnswering()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        using ModelArtifact artifact = SessionTrial.Open(demo.Folder);
        using OnnxSession session = _trial.Load(artifact);
        float[] before = SessionTrial.Run(session, artifact);

        await File.WriteAllBytesAsync(demo.Prepared.File + ".new", new byte[1000], Token);
        File.Move(demo.Prepared.File + ".new", demo.Prepared.File, overwrite: true);
        Assert.Equal(before, SessionTrial.Run(session, artifact));
        File.Delete(demo.Prepared.File);
        Assert.Equal(before, SessionTrial.Run(session, artifact));
    }

    /// <remarks>A thousand cycles, compiled both ways: benchmarks/sessions.sh cycles.</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Create_ManyCycles_NeitherCrashNorAnswerOtherwise(bool inMemory)
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync();
        float[] expected = _trial.Run(Repository.DemoModel);
        for (int i = 0; i < 40; i++)
        {
            using ModelArtifact artifact = inMemory ? await InMemoryAsync(demo) : SessionTrial.Open(demo.Folder);
            using OnnxSession session = _trial.Load(artifact);
            Assert.Equal(expected, SessionTrial.Run(session, artifact));
            if (i % 10 == 0)
            {
                GC.Collect(); // what is used in place must not depend on anything that is collected
            }
        }
    }

    [Fact]
    public async Task Create_PreparedModelWithExternalData_NeedsThatFileNoMore()
    {
        using var folder = new TestFolder();
        folder.Write("model.onnx", TinyModels.External("model.onnx.data"));
        folder.Write("model.onnx.data", new byte[16]);
        PreparedModel prepared = await ModelPreparation.WriteAsync(folder.Path, folder.Path, PreparationLevel.Extended, Token);
        using var artifact = new ModelArtifact("memory:test", "v1",
        [
            ModelFile.InMemory(Path.GetFileName(prepared.File), await File.ReadAllBytesAsync(prepared.File, Token)),
            ModelFile.InMemory(Path.GetFileName(prepared.Record), await File.ReadAllBytesAsync(prepared.Record, Token)),
        ]);
        using OnnxSession session = _trial.Load(artifact);

        Assert.Equal(4, SessionTrial.Run(session, artifact).Length);
    }

    private static async Task<ModelArtifact> InMemoryAsync(PreparedDemo? demo = null)
    {
        using PreparedDemo? own = demo is null ? await PreparedDemo.CreateAsync() : null;
        string folder = (demo ?? own)!.Folder;
        return new ModelArtifact(
            "memory:test", "v1",
            Directory.EnumerateFiles(folder).Select(path => ModelFile.InMemory(Path.GetFileName(path), File.ReadAllBytes(path))).ToList());
    }

    private static string Maps() => File.ReadAllText("/proc/self/maps");

    private static void LinuxOnly() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Models are mapped on Linux.");
}

using System.Runtime.Versioning;
using ServerlessInference.Models;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class FileSystemModelSourceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task LoadAsync_Directory_ReturnsEveryFileWithItsRelativePath()
    {
        _folder.Write("config.json");
        _folder.Write("onnx/model.onnx", new byte[12]);

        using ModelArtifact artifact = await new FileSystemModelSource(_folder.Path).LoadAsync(Token);

        Assert.Equal(["config.json", "onnx/model.onnx"], artifact.Files.Select(file => file.Name));
        Assert.Equal(12, artifact.GetModelFile().Length);
        Assert.Equal(Path.Combine(_folder.Path, "onnx", "model.onnx"), artifact.GetModelFile().PhysicalPath);
        Assert.Equal($"file:{_folder.Path}", artifact.Source);
    }

    [Fact]
    public async Task LoadAsync_SingleFile_ReturnsOnlyItsExternalDataAndSettings()
    {
        string model = _folder.Write("model.onnx");
        _folder.Write("model.onnx.data");
        _folder.Write("model.onnx_data");
        _folder.Write("labels.txt");
        _folder.Write("vocab.txt");
        _folder.Write("other.onnx");
        _folder.Write("notes.md");

        using ModelArtifact artifact = await new FileSystemModelSource(model).LoadAsync(Token);

        Assert.Equal(
            ["labels.txt", "model.onnx", "model.onnx.data", "model.onnx_data", "vocab.txt"], artifact.Files.Select(file => file.Name));
    }

    [Fact]
    public async Task LoadAsync_Missing_NamesThePath()
    {
        string path = Path.Combine(_folder.Path, "nowhere");

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            async () => await new FileSystemModelSource(path, "efs").LoadAsync(Token));

        Assert.Equal($"efs:{path} does not exist. Check the path and, for a mount or a layer, that the function has it.", error.Message);
    }

    [Fact]
    public async Task LoadAsync_MissingInProgramDirectory_ExplainsHowToCopyIt()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "no-such-model");

        ModelLoadException error =
            await Assert.ThrowsAsync<ModelLoadException>(async () => await new FileSystemModelSource(path).LoadAsync(Token));

        Assert.Equal(
            $"file:{path} does not exist. " +
            "Set CopyToOutputDirectory in the project, so that the build copies the model next to the program.",
            error.Message);
    }

    [Fact]
    public async Task GetVersionAsync_Missing_Throws() =>
        await Assert.ThrowsAsync<ModelLoadException>(
            async () => await new FileSystemModelSource(Path.Combine(_folder.Path, "nowhere")).GetVersionAsync(Token));

    [Fact]
    public async Task LoadAsync_EmptyDirectory_SaysSo()
    {
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            async () => await new FileSystemModelSource(_folder.Path).LoadAsync(Token));

        Assert.Equal($"file:{_folder.Path} is empty. Put model.onnx and the files that belong to it there.", error.Message);
    }

    [Fact]
    public async Task LoadAsync_TooManyFiles_AsksForTheModelsOwnDirectory()
    {
        for (int i = 0; i <= FileSystemModelSource.MaxFiles; i++)
        {
            _folder.Write($"{i}.txt", []);
        }

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            async () => await new FileSystemModelSource(_folder.Path).LoadAsync(Token));

        Assert.Equal($"file:{_folder.Path} contains more than 1,000 files. Name the model's own directory, or its file.", error.Message);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task LoadAsync_UnreadableDirectory_ReportsTheReasonOfTheSystem()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "This user may read every directory.");
        string locked = Path.GetDirectoryName(_folder.Write("locked/model.onnx"))!;
        File.SetUnixFileMode(locked, UnixFileMode.None);
        try
        {
            ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
                async () => await new FileSystemModelSource(locked).LoadAsync(Token));

            Assert.StartsWith($"file:{locked} cannot be read: ", error.Message, StringComparison.Ordinal);
            Assert.IsType<UnauthorizedAccessException>(error.InnerException);
        }
        finally
        {
            File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task LoadAsync_BrokenLink_NamesLinkAndTarget()
    {
        _folder.Write("model.onnx");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "model.onnx.data"), "../blobs/gone");

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            async () => await new FileSystemModelSource(_folder.Path).LoadAsync(Token));

        Assert.Contains("model.onnx.data' is a link to '../blobs/gone', which does not exist.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_Link_HasLengthAndVersionOfItsTarget()
    {
        string blob = _folder.Write("blobs/abc", new byte[100]);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "snapshot"));
        string link = Path.Combine(_folder.Path, "snapshot", "model.onnx");
        File.CreateSymbolicLink(link, "../blobs/abc");
        var source = new FileSystemModelSource(Path.Combine(_folder.Path, "snapshot"));

        using ModelArtifact artifact = await source.LoadAsync(Token);
        File.WriteAllBytes(blob, new byte[200]);
        string after = await source.GetVersionAsync(Token);

        Assert.Equal(100, artifact.GetModelFile().Length);
        Assert.Equal(link, artifact.GetModelFile().PhysicalPath);
        Assert.NotEqual(artifact.Version, after);
    }

    [Fact]
    public async Task GetVersionAsync_Unchanged_EqualsVersionOfLoadAsync()
    {
        _folder.Write("model.onnx");
        var source = new FileSystemModelSource(_folder.Path);

        using ModelArtifact artifact = await source.LoadAsync(Token);

        Assert.Equal(artifact.Version, await source.GetVersionAsync(Token));
        Assert.Matches("^[0-9a-f]{16}$", artifact.Version);
    }

    [Theory]
    [InlineData("size")]
    [InlineData("time")]
    [InlineData("name")]
    [InlineData("more")]
    public async Task GetVersionAsync_Changed_ReturnsAnotherVersion(string change)
    {
        string path = _folder.Write("model.onnx");
        var source = new FileSystemModelSource(_folder.Path);
        string before = await source.GetVersionAsync(Token);
        DateTime time = File.GetLastWriteTimeUtc(path);
        switch (change)
        {
            case "size":
                File.AppendAllText(path, "more");
                File.SetLastWriteTimeUtc(path, time);
                break;
            case "time":
                File.SetLastWriteTimeUtc(path, time.AddSeconds(1));
                break;
            case "name":
                File.Move(path, Path.Combine(_folder.Path, "other.onnx"));
                break;
            default:
                _folder.Write("labels.txt");
                break;
        }

        Assert.NotEqual(before, await source.GetVersionAsync(Token));
    }

    [Fact]
    public async Task LoadAsync_Cancelled_Throws()
    {
        _folder.Write("model.onnx");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await new FileSystemModelSource(_folder.Path).LoadAsync(new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Constructor_EmptyPath_Throws(string path) => Assert.Throws<ArgumentException>(() => new FileSystemModelSource(path));
}

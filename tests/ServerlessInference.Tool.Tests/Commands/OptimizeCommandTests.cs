using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

/// <summary>The command <c>optimize</c>, on the demo model.</summary>
public sealed class OptimizeCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimize-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Optimize_Folder_WritesModelAndRecord()
    {
        var run = await ToolRun.RunAsync("optimize", Repository.DemoModel, "--out", _folder);

        Assert.Equal(0, run.ExitCode);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("optimize", document);
        Assert.Equal("all", document.GetProperty("level").GetString());
        var prepared = document.GetProperty("prepared").GetString()!;
        Assert.Equal(
            Path.Combine(_folder, $"model.onnx.{document.GetProperty("processor")}-{document.GetProperty("onnxRuntime")}.ort"), prepared);
        Assert.Equal(document.GetProperty("size").GetInt64(), new FileInfo(prepared).Length);
        Assert.Equal(prepared + ".json", document.GetProperty("record").GetString());
        Assert.Equal([prepared, prepared + ".json"], Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Optimize_Extended_IsForEveryProcessor()
    {
        var run = await ToolRun.RunAsync("optimize", Repository.DemoModel, "--level", "extended", "--out", _folder);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("any", run.Documents[0].GetProperty("processor").GetString());
    }

    [Fact]
    public async Task Optimize_ThenClassify_AnswersAsBefore()
    {
        foreach (var file in Directory.GetFiles(Repository.DemoModel))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        var image = Directory.GetFiles(Path.Combine(Repository.DemoModel, "samples"), "*.jpg")[0];
        var before = await ToolRun.RunAsync("classify", _folder, image);
        Assert.Equal(0, (await ToolRun.RunAsync("optimize", _folder, "--out", _folder)).ExitCode);
        var after = await ToolRun.RunAsync("classify", _folder, image);

        Assert.Equal(0, after.ExitCode);
        Assert.Equal(before.Documents[0].GetRawText(), after.Documents[0].GetRawText());
    }

    [Fact]
    public async Task Optimize_PreparedModel_SaysWhatToGiveInstead()
    {
        var first = await ToolRun.RunAsync("optimize", Repository.DemoModel, "--out", _folder);
        var prepared = first.Documents[0].GetProperty("prepared").GetString()!;

        var run = await ToolRun.RunAsync("optimize", prepared, "--out", _folder);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            "only an .onnx file can be prepared",
            run.Documents[0].GetProperty("error").GetProperty("message").GetString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("optimize", "model.onnx")]
    [InlineData("optimize", "model.onnx", "--out", "x", "--level", "none")]
    public async Task Optimize_WrongUsage_RunsNothing(params string[] args) => Assert.Equal(2, (await ToolRun.RunAsync(args)).ExitCode);
}

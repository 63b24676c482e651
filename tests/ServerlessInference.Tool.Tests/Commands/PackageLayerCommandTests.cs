using System.IO.Compression;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

public sealed class PackageLayerCommandTests
{
    [Fact]
    public async Task Layer_ChangedAndChangedBack_VersionsByContent()
    {
        using var model = new TemporaryFolder();
        using var output = new TemporaryFolder();
        model.Write("model.onnx", 5_000);
        var first = await LayerAsync(model, output);
        model.Write("model.onnx", 5_000, seed: 2);
        var second = await LayerAsync(model, output);
        model.Write("model.onnx", 5_000);
        var third = await LayerAsync(model, output);

        Assert.Equal((1, false), (first.GetProperty("version").GetInt32(), first.GetProperty("unchanged").GetBoolean()));
        Assert.Equal((2, false), (second.GetProperty("version").GetInt32(), second.GetProperty("unchanged").GetBoolean()));
        Assert.Equal((1, true), (third.GetProperty("version").GetInt32(), third.GetProperty("unchanged").GetBoolean()));
        Assert.Equal(first.GetProperty("zip").GetString(), third.GetProperty("zip").GetString());
        Assert.Equal(2, Directory.GetFiles(output.Path).Length);
        Assert.Equal("/opt/resnet50", first.GetProperty("path").GetString());
        using var zip = ZipFile.OpenRead(first.GetProperty("zip").GetString()!);
        Assert.Equal("resnet50/model.onnx", Assert.Single(zip.Entries).FullName);
    }

    [Fact]
    public async Task Layer_OutputInsideRoot_IsWrongUsage()
    {
        using var model = new TemporaryFolder();
        model.Write("model.onnx", 10);
        var run = await ToolRun.RunAsync("package", "layer", "--root", model.Path, "--path", "resnet50", "--out", model["out"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--out is inside --root", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arm64", 1)]
    [InlineData("x86_64", 0)]
    public async Task Layer_Architecture_RefusesALibraryForAnotherProcessor(string architecture, int exitCode)
    {
        using var libraries = new TemporaryFolder();
        using var output = new TemporaryFolder();
        libraries.Write("libonnxruntime.so", Elf.Create(Elf.X64, 50));

        var run = await ToolRun.RunAsync(
            "package", "layer", "--root", libraries.Path, "--path", "lib", "--out", output.Path, "--architecture", architecture);

        Assert.Equal(exitCode, run.ExitCode);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("package layer", document);
        Assert.Equal(
            exitCode == 1, document.TryGetProperty("error", out var error) && error.GetProperty("message").GetString()!.StartsWith(
                "'lib/libonnxruntime.so' is for x86_64, but the package is for arm64. ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--path", "../etc")]
    [InlineData("--name", "a/b")]
    public async Task Layer_WrongArgument_IsWrongUsage(string option, string value)
    {
        using var model = new TemporaryFolder();
        using var output = new TemporaryFolder();
        model.Write("model.onnx", 10);

        Assert.Equal(2, (await ToolRun.RunAsync("package", "layer", "--root", model.Path, "--out", output.Path, option, value)).ExitCode);
    }

    private static async Task<System.Text.Json.JsonElement> LayerAsync(TemporaryFolder model, TemporaryFolder output)
    {
        var run = await ToolRun.RunAsync("package", "layer", "--root", model.Path, "--path", "resnet50", "--out", output.Path);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("package layer", document);
        return document;
    }
}

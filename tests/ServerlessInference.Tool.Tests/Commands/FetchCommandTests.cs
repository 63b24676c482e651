using System.Security.Cryptography;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

public sealed class FetchCommandTests
{
    [Fact]
    public async Task Fetch_FileAndArchive_GoIntoTheFolder()
    {
        using var source = new TemporaryFolder();
        var model = source.Write("a b.onnx", 200_000);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken)));
        System.IO.Compression.ZipFile.CreateFromDirectory(source.Path, Path.GetTempPath() + Path.GetFileName(source.Path) + ".zip");
        var zip = Path.GetTempPath() + Path.GetFileName(source.Path) + ".zip";
        using var target = new TemporaryFolder();

        var run = await ToolRun.RunAsync("fetch", $"{model}#sha256={sha256}", "file:" + zip, "--to", target["x/y"]);

        File.Delete(zip);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal(2, run.Documents.Count);
        Assert.All(run.Documents, document => CliDocs.AssertFits("fetch", document));
        Assert.Equal("sha256-" + sha256[..16], run.Documents[0].GetProperty("version").GetString());
        Assert.Equal(200_000, run.Documents[0].GetProperty("transferred").GetInt64());
        Assert.Equal(["a b.onnx"], Directory.GetFileSystemEntries(target["x/y"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Fetch_Web_IsFetched()
    {
        var content = new byte[3_000_000];
        new Random(3).NextBytes(content);
        await using var server = new FileServer();
        server.Files["m/model.onnx"] = (content, null);
        using var target = new TemporaryFolder();

        var run = await ToolRun.RunAsync("fetch", server.Address("m/model.onnx"), "--to", target.Path);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal(content, await File.ReadAllBytesAsync(target["model.onnx"], TestContext.Current.CancellationToken));
        Assert.Contains("neither a digest nor a version", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_AnotherEndsMeanwhile_BothAreInTheFolder()
    {
        using var source = new TemporaryFolder();
        var small = source.Write("small.onnx", 1_000);
        await using var server = new FileServer();
        using var began = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        server.Files["large.onnx"] = (new byte[100_000], "\"1\"");
        server.Status = request =>
        {
            if (request == 2)
            {
                began.Set();
                goOn.Wait();
            }

            return null;
        };
        using var target = new TemporaryFolder();

        var large = Task.Run(() => ToolRun.RunAsync("fetch", server.Address("large.onnx"), "--to", target.Path));
        await Task.Run(began.Wait, TestContext.Current.CancellationToken);
        var first = await ToolRun.RunAsync("fetch", small, "--to", target.Path);
        goOn.Set();
        var second = await large;

        Assert.True(first.ExitCode == 0, first.Output + first.Error);
        Assert.True(second.ExitCode == 0, second.Output + second.Error);
        Assert.Equal(
            ["large.onnx", "small.onnx"],
            Directory.GetFileSystemEntries(target.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Fetch_WrongDigest_LeavesNothingAndSaysWhy()
    {
        using var source = new TemporaryFolder();
        var model = source.Write("model.onnx", 1_000);
        using var target = new TemporaryFolder();

        var run = await ToolRun.RunAsync("fetch", $"{model}#sha256={new string('0', 64)}", "--to", target.Path);

        Assert.Equal(1, run.ExitCode);
        CliDocs.AssertFits("fetch", Assert.Single(run.Documents));
        Assert.Contains("digest", run.Documents[0].GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(target["model.onnx"]));
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("https://host/model.onnx#unknown=1")]
    public async Task Fetch_InvalidUri_IsWrongUsage(string uri)
    {
        using var target = new TemporaryFolder();

        Assert.Equal(2, (await ToolRun.RunAsync("fetch", uri, "--to", target.Path)).ExitCode);
    }
}

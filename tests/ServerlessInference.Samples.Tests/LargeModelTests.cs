using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using ServerlessInference.S3.Tests;
using ServerlessInference.Samples.Tests.Support;
using ServerlessInference.Testing;

namespace ServerlessInference.Samples.Tests;

/// <summary>A model of the size of DistilBERT, loaded from a <c>tar.gz</c> in S3 straight into memory.</summary>
public sealed class LargeModelTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string Key = "models/large.tar.gz";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_AQuestionToAModelOf265Megabytes_NeedsLittleMoreMemoryThanTheModelAndNoDisk()
    {
        s3.Require();
        using var folder = new TemporaryFolder();
        long size = await PutModelAsync(folder);
        using var temporary = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["event.json"], LambdaEvents.HttpApiText(
                "POST", "/answer", """{"question":"who lives here?","context":"a person lives here."}"""), Cancellation);
        List<string> arguments = ["invoke", "--quiet", "--memory", "2048", "--event", folder["event.json"]];
        foreach ((string name, string? value) in s3.Variables())
        {
            arguments.AddRange(["--env", $"{name}={value}"]);
        }

        string output = await ToolRun.RunAsync(
            [
                .. arguments,
                "--env", $"MODEL_URI=s3://{s3.Bucket}/{Key}",
                "--env", "ALLOWED_ORIGIN=https://example.com",
                "--env", $"TMPDIR={temporary.Path}",
                "--", Repository.ProgramOf("QuestionAnswering"),
            ]);

        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(200, document.RootElement.GetProperty("response").GetProperty("statusCode").GetInt32());
        Assert.InRange(document.RootElement.GetProperty("peakMemoryMB").GetDouble(), 1, 1.5 * size / (1024 * 1024));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(temporary.Path, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 1_000_000);
    }

    // The sample's script creates the model. It is then prepared and packed, as for a deployment.
    private async Task<long> PutModelAsync(TemporaryFolder folder)
    {
        await RunScriptAsync(folder["model"]);
        await ToolRun.RunAsync("optimize", folder["model", "model.onnx"], "--out", folder["prepared"]);
        foreach (string name in (string[])["config.json", "tokenizer_config.json", "vocab.txt"])
        {
            File.Copy(folder["model", name], folder["prepared", name], overwrite: true);
        }

        await using (FileStream file = File.Create(folder["large.tar.gz"]))
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        {
            await TarFile.CreateFromDirectoryAsync(folder["prepared"], gzip, includeBaseDirectory: false, Cancellation);
        }

        await s3.PutFileAsync(Key, folder["large.tar.gz"]);
        return new FileInfo(Directory.GetFiles(folder["prepared"], "*.ort").Single()).Length;
    }

    private static async Task RunScriptAsync(string folder)
    {
        Process? python = null;
        try
        {
            python = Process.Start("python3", [Path.Combine(Repository.Root, "samples", "QuestionAnswering", "large-model.py"), folder]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed; it makes the model of this test");
        }

        using (python)
        {
            await python!.WaitForExitAsync(Cancellation);
            Assert.Equal(0, python.ExitCode);
        }
    }
}

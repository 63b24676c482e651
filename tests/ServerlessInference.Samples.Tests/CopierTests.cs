using System.ComponentModel;
using System.Diagnostics;
using ServerlessInference.Samples.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace ServerlessInference.Samples.Tests;

/// <summary>The function in the template of ObjectDetection that copies models from the bucket to the file system.</summary>
public sealed class CopierTests
{
    // Answers like boto3's client of S3, from a folder that replaces the bucket.
    private const string Boto3 = """
        import os, shutil

        class Pages:
            def paginate(self, Bucket, Prefix):
                keys = [os.path.relpath(os.path.join(folder, name), Bucket) for folder, _, names in os.walk(Bucket) for name in names]
                found = sorted(key for key in keys if key.startswith(Prefix))
                yield {"Contents": [{"Key": key} for key in found[:1]]} if found else {}
                yield {"Contents": [{"Key": "models/a/"}] + [{"Key": key} for key in found[1:]]} if found else {}

        class Client:
            def get_paginator(self, name): return Pages()
            def download_file(self, bucket, key, target): shutil.copyfile(os.path.join(bucket, key), target)

        def client(name): return Client()
        """;

    [Fact]
    public async Task Copy_AFolder_HasEachFileAndNoPartOfOne()
    {
        using var folder = Bucket();

        (int exit, string output) = await CopyAsync(folder, "models/a/");

        Assert.True(exit == 0, output);
        Assert.Equal(
            ["models/a/labels.txt", "models/a/model.onnx"],
            Directory.EnumerateFiles(folder["mount"], "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder["mount"], file)).Order(StringComparer.Ordinal));
        Assert.Equal("weights", await File.ReadAllTextAsync(folder["mount", "models", "a", "model.onnx"], Cancellation));
    }

    [Fact]
    public async Task Copy_NothingIsThere_Fails()
    {
        using var folder = Bucket();

        (int exit, string output) = await CopyAsync(folder, "models/none/");

        Assert.NotEqual(0, exit);
        Assert.Contains("nothing is below s3://", output, StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static TemporaryFolder Bucket()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["bucket", "models", "a"]);
        Directory.CreateDirectory(folder["bucket", "models", "b"]);
        Directory.CreateDirectory(folder["mount"]);
        File.WriteAllText(folder["bucket", "models", "a", "labels.txt"], "ring");
        File.WriteAllText(folder["bucket", "models", "a", "model.onnx"], "weights");
        File.WriteAllText(folder["bucket", "models", "b", "model.onnx"], "others");
        File.WriteAllText(folder["boto3.py"], Boto3);
        YamlNode code = SamTemplate.Load("ObjectDetection").Resources["Copier"]["Properties"]["InlineCode"];
        File.WriteAllText(folder["index.py"], ((YamlScalarNode)code).Value);
        return folder;
    }

    private static async Task<(int Exit, string Output)> CopyAsync(TemporaryFolder folder, string path)
    {
        var start = new ProcessStartInfo("python3", ["-c", "import index, sys; print(index.copy({'path': sys.argv[1]}, None))", path])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MODEL_BUCKET"] = folder["bucket"], ["MODELS_MOUNT"] = folder["mount"], ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        try
        {
            using Process python = Process.Start(start)!;
            Task<string> error = python.StandardError.ReadToEndAsync(Cancellation);
            string output = await python.StandardOutput.ReadToEndAsync(Cancellation);
            await python.WaitForExitAsync(Cancellation);
            return (python.ExitCode, output + await error);
        }
        catch (Win32Exception)
        {
            Assert.Skip("there is no python3, which runs the copying function of the template");
            throw;
        }
    }
}

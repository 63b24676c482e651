using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ServerlessInference.Packages;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

public sealed class PackageVerifyCommandTests
{
    [Fact]
    public async Task Verify_OutputOfSplit_IsValid()
    {
        using var root = new TemporaryFolder();
        root.Write("bootstrap", "#!/bin/sh\n");
        root.Write("m/model.onnx", 300_000);
        using var output = new TemporaryFolder();
        await ToolRun.RunAsync("package", "split", "--root", root.Path, "--out", output.Path, "--model", root["m"], "--limit", "100KB");

        var document = await VerifyAsync(output["function/split-package.json"], 0, "--base-uri", output["archives"]);

        Assert.True(document.GetProperty("valid").GetBoolean());
        Assert.Equal(300_000, document.GetProperty("archives")[0].GetProperty("unpackedSize").GetInt64());
    }

    [Fact]
    public async Task Verify_DigestSizeNamesAndClashes_AllReported()
    {
        using var folder = new TemporaryFolder();
        var good = Zip(("x.txt", "x"), ("sub/y.txt", "y"));
        var manifest = Manifest(
            folder,
            Archive(folder, "a", "good.zip", good),
            Archive(folder, "b", "other.zip", Zip(("z.txt", "z"))) with { Sha256 = new string('0', 64) },
            Archive(folder, "c", "size.zip", Zip(("z.txt", "z"))) with { Size = 7 },
            Archive(folder, "d", "up.zip", Zip(("../up.txt", "z"))),
            Archive(folder, "e", "gone.zip", good) with { Uri = "nowhere.zip" },
            Archive(folder, ".", "clash.zip", Zip(("a/x.txt", "x"), ("a/sub", "file"))),
            new SplitPackageArchive { Mount = "p", PointerUri = "env:MODEL" });

        var document = await VerifyAsync(manifest, 1);

        Assert.False(document.GetProperty("valid").GetBoolean());
        var problems = document.GetProperty("archives").EnumerateArray().ToDictionary(
            archive => archive.GetProperty("mount").GetString()!,
            archive => archive.GetProperty("problems").ToString());
        Assert.Equal("[]", problems["a"]);
        Assert.Contains("digest", problems["b"], StringComparison.Ordinal);
        Assert.Contains("size is 7 bytes", problems["c"], StringComparison.Ordinal);
        Assert.Contains("..", problems["d"], StringComparison.Ordinal);
        Assert.Contains("does not exist", problems["e"], StringComparison.Ordinal);
        Assert.Equal("[]", problems["p"]);
        Assert.Equal(2, document.GetProperty("clashes").GetArrayLength());
    }

    [Fact]
    public async Task Verify_NoManifest_SaysWhatIsWrong()
    {
        using var folder = new TemporaryFolder();

        var document = await VerifyAsync(folder.Write("split-package.json", """{"format":9}"""), 1);

        Assert.Contains("format is 9", document.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> VerifyAsync(string manifest, int exitCode, params string[] arguments)
    {
        var run = await ToolRun.RunAsync(["package", "verify", manifest, .. arguments]);
        Assert.True(run.ExitCode == exitCode, run.Output + run.Error);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("package verify", document);
        return document;
    }

    private static string Manifest(TemporaryFolder folder, params SplitPackageArchive[] archives) =>
        folder.Write("split-package.json", new SplitPackageManifest { Archives = archives }.ToJson());

    private static SplitPackageArchive Archive(TemporaryFolder folder, string mount, string file, byte[] content)
    {
        folder.Write(file, content);
        return new SplitPackageArchive
        {
            Mount = mount,
            Uri = file,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)),
            Size = content.Length,
        };
    }

    private static byte[] Zip(params (string Name, string Content)[] files)
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return output.ToArray();
    }
}

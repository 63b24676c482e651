using System.IO.Compression;
using System.Text.Json;
using ServerlessInference.Packages;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

public sealed class PackageSplitCommandTests
{
    private const int Limit = 180_000;

    private static async Task<JsonElement> SplitAsync(string root, string output, params string[] arguments)
    {
        var run = await ToolRun.RunAsync(["package", "split", "--root", root, "--out", output, .. arguments]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("package split", document);
        return document;
    }

    private static SplitPackageManifest Manifest(string output)
    {
        var path = Path.Combine(output, "function", "split-package.json");
        return SplitPackageManifest.Parse(File.ReadAllBytes(path), path);
    }

    [Fact(Timeout = Limit)]
    public async Task Split_OnnxRuntimeOnlyInThePackage_AnswersColdAndWarm()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the library in the local feed is Linux'");
        using var output = new TemporaryFolder();
        var document = await SplitAsync(
            SplitFunction.Folder,
            output.Path,
            "--model",
            "shapes=" + Repository.DemoModel,
            "--all",
            "--prune",
            "--assembly",
            "System.Numerics.Tensors");
        var function = output["function"];
        Assert.DoesNotContain(
            Directory.EnumerateFiles(function, "*", SearchOption.AllDirectories),
            file => file.Contains("libonnxruntime", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(function, "models")));
        Assert.False(File.Exists(Path.Combine(function, "System.Numerics.Tensors.dll")));
        Assert.Equal(
            ["managed", "models/shapes", "native"],
            document.GetProperty("archives").EnumerateArray().Select(archive => archive.GetProperty("mount").GetString()!));
        using var input = new EventFile(HttpEvent(Path.Combine(Repository.DemoModel, "samples", "star-256x256.jpg")));

        var run = await ToolRun.RunAsync(
            "invoke",
            "--event",
            input.Path,
            "--warm",
            "2",
            "--env",
            "ServerlessInference__SplitPackage__BaseUri=" + output["archives"],
            "--",
            Path.Combine(function, SplitFunction.Program));

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var answer = Assert.Single(run.Documents);
        Assert.Contains(
            "\\\"label\\\":\\\"star\\\"",
            answer.GetProperty("response").GetRawText().Replace("\\u0022", "\\\"", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Equal(2, answer.GetProperty("warm").GetProperty("n").GetInt32());
        Assert.Contains("Split package", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Split_LibraryMissingEverywhere_SaysWhereItWasLookedFor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the library in the local feed is Linux'");
        using var output = new TemporaryFolder();
        await SplitAsync(SplitFunction.Folder, output.Path, "--model", "shapes=" + Repository.DemoModel, "--all", "--prune");
        var manifest = Manifest(output.Path);
        var without = manifest with { Archives = [.. manifest.Archives.Where(archive => archive.Mount != "native")] };
        await File.WriteAllBytesAsync(output["function/split-package.json"], without.ToJson(), TestContext.Current.CancellationToken);
        using var input = new EventFile("{}");

        var run = await ToolRun.RunAsync(
            "invoke",
            "--event",
            input.Path,
            "--env",
            "ServerlessInference__SplitPackage__BaseUri=" + output["archives"],
            "--",
            Path.Combine(output["function"], SplitFunction.Program));

        var text = run.Output + run.Error;
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{output["function"]}/libonnxruntime.so: not found", text, StringComparison.Ordinal);
        Assert.Contains("split package: it has no libonnxruntime.so; its libraries are none", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Split_Twice_WritesTheSameBytes()
    {
        using var root = Function(500_000);
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();

        await SplitAsync(root.Path, first.Path, "--limit", "300KB");
        File.SetLastWriteTimeUtc(root["libbig.so"], DateTime.UnixEpoch.AddDays(99));
        await SplitAsync(root.Path, second.Path, "--limit", "300KB");

        var archives = Directory.EnumerateFiles(first["archives"]).Select(file => "archives/" + Path.GetFileName(file));
        foreach (var name in archives.Prepend("function.zip").Prepend("function/split-package.json"))
        {
            Assert.Equal(
                await File.ReadAllBytesAsync(first[name], TestContext.Current.CancellationToken),
                await File.ReadAllBytesAsync(second[name], TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Split_EverythingFits_LeavesEverythingAndMountsTheModel()
    {
        using var root = Function(1_000);
        using var model = new TemporaryFolder();
        model.Write("model.onnx", 2_000);
        using var output = new TemporaryFolder();

        var document = await SplitAsync(root.Path, output.Path, "--model", "tiny=" + model.Path);

        Assert.Empty(document.GetProperty("archives").EnumerateArray());
        Assert.Empty(Manifest(output.Path).Archives);
        Assert.True(File.Exists(output["function/models/tiny/model.onnx"]));
        Assert.True(File.Exists(output["function/libbig.so"]));
        Assert.All(document.GetProperty("limits").EnumerateArray(), limit => Assert.True(limit.GetProperty("fits").GetBoolean()));
    }

    [Fact]
    public async Task Split_TooLarge_MovesTheLargestFirstAndOnlyAsMuchAsNeeded()
    {
        using var root = Function(400_000);
        root.Write("bundled/model.onnx", 900_000);
        using var output = new TemporaryFolder();

        await SplitAsync(root.Path, output.Path, "--model", root["bundled"], "--limit", "700KB", "--uri-prefix", "s3://bucket/prefix");

        var archive = Assert.Single(Manifest(output.Path).Archives);
        Assert.Equal("bundled", archive.Mount);
        Assert.StartsWith("s3://bucket/prefix/bundled-" + archive.Sha256![..12], archive.Uri, StringComparison.Ordinal);
        Assert.Equal(900_000, archive.UnpackedSize);
        Assert.True(File.Exists(output["function/libbig.so"]));
        Assert.False(Directory.Exists(output["function/bundled"]));
    }

    [Fact]
    public async Task Split_RemainderTooLarge_NamesTheLargestAndWritesNothing()
    {
        using var root = Function(1_000);
        root.Write("data.bin", 900_000);
        using var output = new TemporaryFolder();

        var run = await ToolRun.RunAsync("package", "split", "--root", root.Path, "--out", output.Path, "--limit", "400KB");

        Assert.Equal(1, run.ExitCode);
        CliDocs.AssertFits("package split", Assert.Single(run.Documents));
        Assert.Contains("data.bin", run.Documents[0].GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(output.Path));
    }

    [Fact]
    public async Task Split_Prune_LeavesOutWhatIsNotLoaded()
    {
        using var root = Function(1_000);
        root.Write("App.pdb", 100);
        root.Write("runtimes/linux-arm64/native/libbig.so", Elf.Create(Elf.Arm64, 50));
        root.Write("runtimes/osx-arm64/native/libbig.dylib", 50);
        root.Write("runtimes/linux-x64/native/libonnxruntime_providers_shared.so", Elf.Create(Elf.X64, 50));
        root.Write("libkept.so", Elf.Create(Elf.X64, 50));
        using var output = new TemporaryFolder();

        var document = await SplitAsync(root.Path, output.Path, "--prune", "--architecture", "x86_64", "--keep", "libbig.dylib");

        Assert.Equal(
            ["App.pdb", "runtimes/linux-arm64/native/libbig.so", "runtimes/linux-x64/native/libonnxruntime_providers_shared.so"],
            document.GetProperty("pruned").EnumerateArray().Select(file => file.GetProperty("file").GetString()!));
        Assert.True(File.Exists(output["function/libkept.so"]));
        Assert.True(File.Exists(output["function/runtimes/osx-arm64/native/libbig.dylib"]));
    }

    [Theory]
    [InlineData(
        Elf.Arm64,
        "arm64",
        "'libbig.so' is for x86_64, but the package is for arm64. Publish the function with dotnet publish -r linux-arm64")]
    [InlineData(Elf.Arm64, null, "'libbig.so' is for x86_64, but the package is for arm64.")]
    [InlineData(Elf.X64, "arm64", "'bootstrap' is for x86_64, but the package is for arm64.")]
    public async Task Split_FileForAnotherProcessor_FailsAndNamesIt(byte program, string? architecture, string expected)
    {
        using var root = Function(1_000);
        root.Write("bootstrap", Elf.Create(program, 100));
        using var output = new TemporaryFolder();

        string[] choice = architecture is null ? [] : ["--architecture", architecture];
        var run = await ToolRun.RunAsync(["package", "split", "--root", root.Path, "--out", output.Path, .. choice]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            expected, Assert.Single(run.Documents).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(output.Path));
    }

    [Fact]
    public async Task Split_LibraryForEitherProcessor_TakesTheRequestedOne()
    {
        using var root = new TemporaryFolder();
        root.Write("App.dll", 100);
        root.Write("runtimes/linux-x64/native/libonnxruntime.so", Elf.Create(Elf.X64, 50));
        root.Write("runtimes/linux-arm64/native/libonnxruntime.so", Elf.Create(Elf.Arm64, 50));
        using var output = new TemporaryFolder();

        await SplitAsync(root.Path, output.Path, "--prune", "--architecture", "arm64");

        Assert.True(File.Exists(output["function/runtimes/linux-arm64/native/libonnxruntime.so"]));
        Assert.False(File.Exists(output["function/runtimes/linux-x64/native/libonnxruntime.so"]));
    }

    [Fact]
    public async Task Split_Zip_HasFixedTimesAndModes()
    {
        using var root = Function(1_000);
        root.Write("bootstrap", "#!/bin/sh\n");
        using var output = new TemporaryFolder();

        await SplitAsync(root.Path, output.Path);

        using var zip = ZipFile.OpenRead(output["function.zip"]);
        Assert.Equal(
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal), zip.Entries.Select(entry => entry.FullName));
        Assert.All(zip.Entries, entry => Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime));
        Assert.Equal(Convert.ToInt32("100755", 8), zip.GetEntry("bootstrap")!.ExternalAttributes >>> 16);
        Assert.Equal(Convert.ToInt32("100644", 8), zip.GetEntry("split-package.json")!.ExternalAttributes >>> 16);
    }

    [Fact]
    public async Task Split_Table_ShowsHowMuchOfTheLimitsIsUsed()
    {
        using var root = Function(600_000);
        using var output = new TemporaryFolder();

        var run = await ToolRun.RunAsync(
            "package", "split", "--root", root.Path, "--out", output.Path, "--limit", "500KB", "--format", "table");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("limit direct-upload", run.Output, StringComparison.Ordinal);
        Assert.Contains("% of 250.0 MB", run.Output, StringComparison.Ordinal);
        Assert.Contains("limit tmp", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--limit", "250")]
    [InlineData("--assembly", "Nowhere")]
    [InlineData("--model", "/nowhere/model.onnx")]
    [InlineData("--layer", "/nowhere/layer.zip")]
    public async Task Split_WrongArgument_IsWrongUsage(string option, string value)
    {
        using var root = Function(1_000);
        using var output = new TemporaryFolder();

        var run = await ToolRun.RunAsync("package", "split", "--root", root.Path, "--out", output.Path, option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("")]
    public async Task Split_LinksAsInHuggingFacesCache_CountAsTheirTargets(string model)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links take privileges on Windows");
        using var root = Function(1_000);
        using var cache = new TemporaryFolder();
        using var output = new TemporaryFolder();
        cache.Write("blobs/0123", 900_000);
        Directory.CreateDirectory(cache["snapshot"]);
        File.CreateSymbolicLink(cache["snapshot/model.onnx"], "../blobs/0123");

        await SplitAsync(root.Path, output.Path, "--model", "linked=" + Path.Combine(cache["snapshot"], model), "--limit", "300KB");

        Assert.Equal(900_000, Assert.Single(Manifest(output.Path).Archives).UnpackedSize);
    }

    [Fact]
    public async Task Split_OutputInsideRootOrForeign_IsWrongUsage()
    {
        using var root = Function(1_000);
        using var output = new TemporaryFolder();
        output.Write("function/mine.txt", "precious");

        Assert.Equal(2, (await ToolRun.RunAsync("package", "split", "--root", root.Path, "--out", root["out"])).ExitCode);
        Assert.Equal(2, (await ToolRun.RunAsync("package", "split", "--root", root.Path, "--out", output.Path)).ExitCode);
        Assert.True(File.Exists(output["function/mine.txt"]));
    }

    private static TemporaryFolder Function(int libraryLength)
    {
        var root = new TemporaryFolder();
        root.Write("bootstrap", Elf.Create(Elf.X64, 100));
        root.Write("appsettings.json", "{}");
        root.Write("libbig.so", Elf.Create(Elf.X64, libraryLength));
        return root;
    }

    private static string HttpEvent(string image) =>
        $$"""
        {"version":"2.0","rawPath":"/","headers":{"content-type":"image/jpeg"},"requestContext":{"http":{"method":"POST","path":"/"} },
         "isBase64Encoded":true,"body":"{{Convert.ToBase64String(File.ReadAllBytes(image))}}"}
        """;
}

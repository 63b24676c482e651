using System.Diagnostics;
using System.Security;

namespace ServerlessInference.Lambda.Tests.Publishing;

/// <summary>The package's build file holds the list of files to publish against the processor that they are published for.</summary>
public sealed class NativeLibraryCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("publish-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("linux-x64", "libonnxruntime.so")]
    [InlineData("linux-arm64", "libonnxruntime.so")]
    [InlineData("", "runtimes/linux-x64/native/libonnxruntime.so")]
    [InlineData("win-x64", "onnxruntime.dll")]
    public async Task Publish_LibraryIsThere_Succeeds(string runtimeIdentifier, string library)
    {
        (int exitCode, string output) = await PublishAsync(runtimeIdentifier, [library, "Function.dll"]);

        Assert.True(exitCode == 0, output);
        Assert.Contains($"to publish: {library};Function.dll", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux-arm", "linux-arm")]
    [InlineData("linux-arm64", "linux-arm64")]
    [InlineData("", "Linux")]
    public async Task Publish_NoLibrary_FailsAndSaysWhatToDo(string runtimeIdentifier, string named)
    {
        (int exitCode, string output) = await PublishAsync(runtimeIdentifier, ["onnxruntime.dll", "Function.dll"]);

        Assert.Equal(1, exitCode);
        Assert.Contains(
            $"error SI0001: Function: libonnxruntime.so for {named} is not among the files to publish", output, StringComparison.Ordinal);
        Assert.Contains("publish for one of these RuntimeIdentifiers", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_LibraryIsElsewhere_Succeeds()
    {
        (int exitCode, string output) = await PublishAsync("linux-arm64", ["Function.dll"], "-p:OnnxRuntimeLibraryIsElsewhere=true");

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Publish_ForLinux_LeavesOutTheLibrariesForWindows()
    {
        (int exitCode, string output) = await PublishAsync(
            "linux-x64", ["onnxruntime.dll", "onnxruntime_providers_shared.dll", "libonnxruntime.so", "Microsoft.ML.OnnxRuntime.dll"]);

        Assert.True(exitCode == 0, output);
        Assert.Contains("to publish: libonnxruntime.so;Microsoft.ML.OnnxRuntime.dll", output, StringComparison.Ordinal);
    }

    /// <summary>Runs the build file's targets after one that lists files, as the SDK's does.</summary>
    private async Task<(int ExitCode, string Output)> PublishAsync(string runtimeIdentifier, string[] files, params string[] options)
    {
        string targets = Path.Combine(
            Repository.Root, "src", "ServerlessInference.Lambda", "buildTransitive", "ServerlessInference.Lambda.targets");
        string project = Path.Combine(_folder, "Function.proj");
        await File.WriteAllTextAsync(
            project,
            $"""
            <Project>
              <Target Name="ComputeResolvedFilesToPublishList">
                <ItemGroup><ResolvedFileToPublish Include="{SecurityElement.Escape(string.Join(';', files))}" /></ItemGroup>
              </Target>
              <Target Name="Publish" DependsOnTargets="ComputeResolvedFilesToPublishList">
                <Message Importance="high" Text="to publish: @(ResolvedFileToPublish)" />
              </Target>
              <Import Project="{SecurityElement.Escape(targets)}" />
            </Project>
            """,
            TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "msbuild", project, "-t:Publish", "-nologo", "-v:minimal", "-nodeReuse:false",
                $"-p:RuntimeIdentifier={runtimeIdentifier}", .. options,
            ])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _folder,
        };
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}

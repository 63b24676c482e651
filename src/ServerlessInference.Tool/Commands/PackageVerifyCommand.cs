using System.CommandLine;
using ServerlessInference.Packages;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;
using ServerlessInference.Tool.Packaging;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>package verify</c>: fetches the archives of a manifest and compares them with it.</summary>
internal static class PackageVerifyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var manifest = new Argument<string>("manifest") { Description = "The manifest.", HelpName = "MANIFEST" };
        var baseUri = new Option<string?>("--base-uri")
        {
            Description =
                "The base of relative URIs: a directory, or a URI such as s3://bucket/prefix/. Default: the manifest's directory.",
            HelpName = "URI",
        };
        Option<OutputFormat> format = FormatOption.Create();
        const string description =
            "Check a manifest: digests and sizes of its archives, the names of their entries, and clashes between them.";
        var command = new Command("verify", description) { manifest, baseUri, format };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(console, parsed.GetRequiredValue(manifest), parsed.GetValue(baseUri), parsed.GetValue(format), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console, string path, string? baseUri, OutputFormat format, CancellationToken cancellationToken)
    {
        await using var writer = new DocumentWriter(console, format, "MOUNT", "SIZE", "RESULT");
        try
        {
            var manifest = SplitPackageManifest.Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), path);
            var check = new ManifestCheck(console, baseUri ?? Path.GetDirectoryName(Path.GetFullPath(path))!);
            using var progress = new ProgressBar(console, TimeProvider.System, manifest.Archives.Count);
            foreach (SplitPackageArchive archive in manifest.Archives)
            {
                await check.AddAsync(archive, cancellationToken).ConfigureAwait(false);
                progress.Step(archive.Mount);
            }

            var document = new VerifyDocument(path, check.Archives, check.Clashes());
            await writer.WriteAsync(document, cancellationToken).ConfigureAwait(false);
            return document.IsValid ? ExitCode.Success : ExitCode.InputFailed;
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(path, exception), cancellationToken).ConfigureAwait(false);
            return ExitCode.InputFailed;
        }
    }
}

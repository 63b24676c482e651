using System.CommandLine;
using ServerlessInference.Packages;
using ServerlessInference.Tool.Output;
using ServerlessInference.Tool.Packaging;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>package verify</c>: fetches what a manifest names and holds it against the manifest.</summary>
internal static class PackageVerifyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var manifest = new Argument<string>("manifest") { Description = "The manifest.", HelpName = "MANIFEST" };
        var baseUri = new Option<string?>("--base-uri") { Description = "What relative URIs are below: a folder, or such as s3://bucket/prefix/; the manifest's folder unless given.", HelpName = "URI" };
        var format = FormatOption.Create();
        var command = new Command("verify", "Check a manifest: digests and sizes of its archives, their entry names, clashes between them.") { manifest, baseUri, format };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(console, parsed.GetRequiredValue(manifest), parsed.GetValue(baseUri), parsed.GetValue(format), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolConsole console, string path, string? baseUri, OutputFormat format, CancellationToken cancellationToken)
    {
        await using var writer = new DocumentWriter(console, format, "MOUNT", "SIZE", "RESULT");
        try
        {
            var manifest = SplitPackageManifest.Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), path);
            var check = new ManifestCheck(console, baseUri ?? Path.GetDirectoryName(Path.GetFullPath(path))!);
            using var progress = new ProgressBar(console, TimeProvider.System, manifest.Archives.Count);
            foreach (var archive in manifest.Archives)
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

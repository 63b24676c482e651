using System.CommandLine;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;
using ServerlessInference.Tool.Packaging;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>package layer</c>: writes the zip file of a Lambda layer, which Lambda extracts to <c>/opt</c>.</summary>
internal static class PackageLayerCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var root = new Option<string>("--root")
        {
            Description = "The directory with the layer's files.",
            HelpName = "FOLDER",
            Required = true,
        };
        var path = new Option<string?>("--path")
        {
            Description = "Their path under /opt, such as resnet50, or '.' for /opt itself. Default: the name of the directory.",
            HelpName = "PATH",
        };
        var name = new Option<string?>("--name")
        {
            Description = "The name of the layer. Default: the last part of the path.",
            HelpName = "NAME",
        };
        var output = new Option<string>("--out")
        {
            Description = "The directory for the versions of the layer.",
            HelpName = "FOLDER",
            Required = true,
        };
        Option<string?> architecture = ArchitectureCheck.Option(
            "x86_64 or arm64: the processor that the layer's native files must be for.");
        Option<OutputFormat> format = FormatOption.Create();
        const string description =
            "Write the zip file of a Lambda layer, with a new version if its content changed. To roll back, publish an earlier zip file.";
        var command = new Command("layer", description)
        {
            root, path, name, output, architecture, format,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console, parsed.GetRequiredValue(root), parsed.GetValue(path), parsed.GetValue(name), parsed.GetRequiredValue(output),
            parsed.GetValue(architecture), parsed.GetValue(format), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console,
        string root,
        string? path,
        string? name,
        string output,
        string? architecture,
        OutputFormat format,
        CancellationToken cancellationToken)
    {
        string folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        string below = (path ?? folder).Trim('/');
        below = below == "." ? string.Empty : below;
        if (below.Split('/').Any(part => part is "." or "..") || below.Contains('\\', StringComparison.Ordinal))
        {
            throw new UsageException($"--path is '{path}'; a path below /opt such as resnet50 was expected.");
        }

        name ??= below.Length == 0 ? folder : below[(below.LastIndexOf('/') + 1)..];
        if (name.Length == 0 || name.IndexOfAny(['/', '\\', '*', '?']) >= 0)
        {
            throw new UsageException($"--name is '{name}'; a file name was expected.");
        }

        PublishFolder.RequireOutside(root, output);
        await using var writer = new DocumentWriter(console, format, "WHAT", "SIZE", "WHERE");
        try
        {
            var files = PublishFolder.List(root)
                .Select(file => file with { Name = below.Length == 0 ? file.Name : $"{below}/{file.Name}" })
                .ToList();
            if (architecture is not null)
            {
                ArchitectureCheck.Require(files, architecture);
            }

            Directory.CreateDirectory(output);
            string temporary = Path.Combine(output, name + ".part");
            await DeterministicZip.WriteAsync(files, temporary, cancellationToken).ConfigureAwait(false);
            long size = new FileInfo(temporary).Length;
            (string file, int version, string digest, bool unchanged) = await LayerVersions.AddAsync(
                temporary, output, name, cancellationToken).ConfigureAwait(false);
            LimitUse[] limits =
            [
                new(
                    "direct-upload",
                    size,
                    PackageLimits.DirectUpload,
                    "Upload the zip to S3, and publish it with 'aws lambda publish-layer-version --content S3Bucket=…,S3Key=…'."),
                new(
                    "unzipped",
                    files.Sum(item => item.Length),
                    PackageLimits.Unzipped,
                    "Leave out files that the function does not need, or let the function fetch the model from S3 instead."),
            ];
            var document = new LayerDocument(root, file, version, digest, "/opt/" + below, files.Count, unchanged, limits);
            await writer.WriteAsync(document, cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(root, exception), cancellationToken).ConfigureAwait(false);
            return ExitCode.InputFailed;
        }
    }
}

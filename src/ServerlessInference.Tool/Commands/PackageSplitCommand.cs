using System.CommandLine;
using System.Runtime.InteropServices;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;
using ServerlessInference.Tool.Packaging;

namespace ServerlessInference.Tool.Commands;

/// <summary>
/// The command <c>package split</c>: splits a function into a deployment package and archives that the function fetches at its start.
/// </summary>
internal static class PackageSplitCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var root = new Option<string>("--root")
        {
            Description = "The publish directory.",
            HelpName = "FOLDER",
            Required = true,
        };
        var models = new Option<string[]>("--model")
        {
            Description = "The file or directory of a model, inside the publish directory or elsewhere; repeatable.",
            HelpName = "[NAME=]PATH",
        };
        var assemblies = new Option<string[]>("--assembly")
        {
            Description = "An assembly that may be moved into an archive (not with Native AOT); repeatable.",
            HelpName = "NAME",
        };
        Option<long?> limit = Size.Option("--limit", "The maximum unzipped size of the function and its layers.", PackageLimits.Unzipped);
        var all = new Option<bool>("--all")
        {
            Description = "Move everything that can be moved, even if the function would fit without that.",
        };
        var output = new Option<string>("--out") { Description = "The output directory.", HelpName = "FOLDER", Required = true };
        var prefix = new Option<string?>("--uri-prefix")
        {
            Description = "The URI below which the archives will be, such as s3://bucket/prefix/.",
            HelpName = "URI",
        };
        var prune = new Option<bool>("--prune")
        {
            Description = "Leave out libraries of other platforms, symbols, documentation, and assemblies that are not loaded.",
        };
        var keep = new Option<string[]>("--keep")
        {
            Description = "With --prune: a file or assembly to keep; repeatable.",
            HelpName = "NAME",
        };
        var layers = new Option<string[]>("--layer")
        {
            Description = "The zip file of a layer that the function uses; repeatable.",
            HelpName = "ZIP",
        };
        Option<long?> tmp = Size.Option("--tmp", "The size of the function's /tmp.", PackageLimits.DefaultEphemeralStorage);
        Option<string?> architecture = ArchitectureCheck.Option("x86_64 or arm64. Default: that of the program in the publish directory.");
        Option<OutputFormat> format = FormatOption.Create();
        const string description =
            "Split a function: write its deployment package, archives of the moved files, and the manifest that lists them.";
        var command = new Command("split", description)
        {
            root, models, assemblies, limit, all, output, prefix, prune, keep, layers, tmp, architecture, format,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console,
            new Settings(
                Path.GetFullPath(parsed.GetRequiredValue(root)),
                parsed.GetValue(models) ?? [],
                parsed.GetValue(assemblies) ?? [],
                parsed.GetValue(limit) ?? PackageLimits.Unzipped,
                parsed.GetValue(all),
                Path.GetFullPath(parsed.GetRequiredValue(output)),
                parsed.GetValue(prefix),
                parsed.GetValue(prune),
                parsed.GetValue(keep) ?? [],
                parsed.GetValue(layers) ?? [],
                parsed.GetValue(tmp) ?? PackageLimits.DefaultEphemeralStorage,
                parsed.GetValue(architecture)),
            parsed.GetValue(format),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console, Settings settings, OutputFormat format, CancellationToken cancellationToken)
    {
        await using var writer = new DocumentWriter(console, format, "WHAT", "SIZE", "WHERE");
        try
        {
            SplitDocument document = await SplitAsync(console, settings, cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(document, cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(settings.Root, exception), cancellationToken).ConfigureAwait(false);
            return ExitCode.InputFailed;
        }
    }

    private static async Task<SplitDocument> SplitAsync(ToolConsole console, Settings settings, CancellationToken cancellationToken)
    {
        PublishFolder.RequireOutside(settings.Root, settings.Output);
        List<PackageFile> files = PublishFolder.List(settings.Root);
        var models = settings.Models.Select(model => ModelInput.Parse(model, settings.Root)).ToList();
        if (models.GroupBy(model => model.Mount).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new UsageException($"Two models have the same path '{twice.Key}'. Give them names: --model NAME=PATH.");
        }

        string? architecture = settings.Architecture ?? FindArchitecture(files);
        if (architecture is not null)
        {
            ArchitectureCheck.Require(files, architecture);
        }

        List<PrunedFile> pruned = [];
        if (settings.Prune)
        {
            (files, pruned) = Pruning.Apply(files, architecture ?? MachineArchitecture, settings.Keep);
        }

        long layers = settings.Layers.Sum(DeterministicZip.UnzippedLength);
        var plan = SplitPlan.Create(files, models, settings.Assemblies, settings.Limit, layers, settings.All);
        var target = new SplitPackageWriter(settings.Output, settings.Prefix);
        using var progress = new ProgressBar(console, TimeProvider.System, plan.Archives.Count + 1);
        string[] removed = [.. plan.Moved, .. pruned.Select(file => file.File.Name)];
        IReadOnlyList<WrittenArchive> archives = await target.WriteAsync(
            plan, removed, progress.Step, cancellationToken).ConfigureAwait(false);
        long unzipped = PublishFolder.List(target.Function).Sum(file => file.Length);
        return new SplitDocument(
            settings.Root,
            target,
            plan.Remaining.Count + 1,
            unzipped,
            archives,
            pruned,
            [
                new LimitUse(
                    "direct-upload",
                    new FileInfo(target.Zip).Length,
                    PackageLimits.DirectUpload,
                    "Upload the zip to S3 and deploy it from there, as 'sam deploy' does by itself, or move more into archives with " +
                        "--all."),
                new LimitUse(
                    "unzipped",
                    unzipped + layers,
                    PackageLimits.Unzipped,
                    "Move more into archives with --all, --model or --assembly, leave out unneeded files with --prune, or use fewer " +
                        "layers."),
                new LimitUse(
                    "tmp",
                    archives.Sum(archive => archive.Description.UnpackedSize),
                    settings.Tmp,
                    "Give the function a larger /tmp (EphemeralStorage in template.yaml, up to 10,240 MB), and pass its size with --tmp."),
            ]);
    }

    // A framework-dependent function has no native program, and then the processor of this machine is the most likely one.
    private static string MachineArchitecture => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x86_64";

    // The program is the only native file that is not a library.
    private static string? FindArchitecture(List<PackageFile> files) =>
        files.Where(file => file.Kind == FileKind.Other && Path.GetFileName(file.Name) != "createdump")
            .Select(file => NativeImage.TryRead(file.Path)).FirstOrDefault(image => image is { IsLinux: true })?.Architecture;

    private sealed record Settings(
        string Root,
        string[] Models,
        string[] Assemblies,
        long Limit,
        bool All,
        string Output,
        string? Prefix,
        bool Prune,
        string[] Keep,
        string[] Layers,
        long Tmp,
        string? Architecture);
}

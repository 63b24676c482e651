using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>fetch</c>: fetches models as a function would, to try out a source.</summary>
internal static class FetchCommand
{
    /// <summary>The directory of incomplete downloads, with a subdirectory for each URI. A later run resumes them.</summary>
    private const string StoresFolder = ".serverless-inference";

    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var uris = new Argument<string[]>("uris")
        {
            Description = "s3://…, https://…, file: or a path, followed by settings such as #sha256=….",
            HelpName = "URI",
            Arity = ArgumentArity.OneOrMore,
        };
        var to = new Option<string>("--to") { Description = "The directory for the files.", HelpName = "FOLDER", Required = true };
        Option<OutputFormat> format = FormatOption.Create();
        const string description = "Fetch models as a function would: in parallel ranges, resumed, verified, archives extracted.";
        var command = new Command("fetch", description) { uris, to, format };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console,
            parsed.GetRequiredValue(uris),
            Path.GetFullPath(parsed.GetRequiredValue(to)),
            parsed.GetValue(format),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console, string[] uris, string folder, OutputFormat format, CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Success;
        await using var writer = new DocumentWriter(console, format, "URI", "VERSION", "FILE", "SIZE");
        foreach (string uri in uris)
        {
            ITableDocument document;
            try
            {
                document = await FetchAsync(console, uri, folder, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (FailureDocument.Covers(exception))
            {
                document = new FailureDocument(uri, exception);
                exitCode = ExitCode.InputFailed;
            }

            await writer.WriteAsync(document, cancellationToken).ConfigureAwait(false);
        }

        return exitCode;
    }

    private static async Task<FetchDocument> FetchAsync(ToolConsole console, string uri, string folder, CancellationToken cancellationToken)
    {
        string store = Path.Combine(
            folder, StoresFolder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uri)).AsSpan(0, 8)));
        Directory.CreateDirectory(folder);
        long start = TimeProvider.System.GetTimestamp();
        using var bar = new TransferBar(console, TimeProvider.System, uri);
        (ServiceProvider services, IModelSource source) = TrialSources.Create(console, WithCopy(uri), store, bar);
        await using (services.ConfigureAwait(false))
        {
            using ModelArtifact artifact = await source.LoadAsync(cancellationToken).ConfigureAwait(false);
            TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
            var files = new List<KeyValuePair<string, long>>();
            foreach (ModelFile file in artifact.Files.OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                string target = Path.Combine(folder, file.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                MoveFile(file, target, store);
                files.Add(new(file.Name, file.Length));
            }

            Clean(store);
            return new FetchDocument(uri, artifact.Version, folder, files, bar.Bytes, elapsed);
        }
    }

    /// <summary>Removes everything except incomplete downloads of other URIs.</summary>
    private static void Clean(string store)
    {
        if (!Directory.Exists(store))
        {
            return; // The model was fetched into memory.
        }

        Directory.Delete(store, recursive: true);
        try
        {
            Directory.Delete(Path.GetDirectoryName(store)!);
        }
        catch (IOException)
        {
            // The directory is not empty: it contains an incomplete download of another URI.
        }
    }

    private static void MoveFile(ModelFile file, string target, string store)
    {
        if (file.PhysicalPath!.StartsWith(store, StringComparison.Ordinal))
        {
            File.Move(file.PhysicalPath, target, overwrite: true);
            return;
        }

        // With #memory=true the file is in memory, and its path is in /proc, from where it cannot be moved.
        using FileStream content = File.OpenRead(file.PhysicalPath);
        using FileStream output = File.Create(target);
        content.CopyTo(output);
    }

    // Without #copy=true, the library would use a local file in location, and MoveFile would move the original away.
    private static string WithCopy(string uri)
    {
        int at = uri.IndexOf('#', StringComparison.Ordinal);
        (string location, string settings) = at < 0 ? (uri, string.Empty) : (uri[..at], uri[(at + 1)..]);
        if (location.IndexOf(':', StringComparison.Ordinal) <= 1)
        {
            location = "file:" + Path.GetFullPath(location);
        }

        return !location.StartsWith("file:", StringComparison.Ordinal) && !location.StartsWith("efs:", StringComparison.Ordinal) ? uri
            : settings.StartsWith("copy=true", StringComparison.Ordinal) ? $"{location}#{settings}"
            : settings.Length == 0 ? location + "#copy=true"
            : $"{location}#copy=true&{settings}";
    }
}

using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Packages;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Fetches the archives of a manifest one after the other, as a function would, and collects the problems found.</summary>
internal sealed class ManifestCheck(ToolConsole console, string baseUri)
{
    private readonly List<CheckedArchive> _archives = [];

    /// <summary>Gets the results, archive by archive.</summary>
    public IReadOnlyList<CheckedArchive> Archives => _archives;

    /// <summary>Checks an archive: that it can be fetched, its digest, its sizes, and the names of its entries.</summary>
    public async Task AddAsync(SplitPackageArchive archive, CancellationToken cancellationToken)
    {
        if (archive.PointerUri is not null)
        {
            // The pointer decides at run time which archive is used, so there is nothing to compare with the manifest.
            _archives.Add(new CheckedArchive(archive, null, [], 0, []));
            return;
        }

        string store = Directory.CreateTempSubdirectory("serverless-inference-verify").FullName;
        var counter = new Counter();
        try
        {
            (ServiceProvider services, IModelSource source) = TrialSources.Create(console, archive.GetSourceUri(baseUri), store, counter);
            await using (services.ConfigureAwait(false))
            {
                using ModelArtifact artifact = await source.LoadAsync(cancellationToken).ConfigureAwait(false);
                long unpacked = artifact.Files.Sum(file => file.Length);
                List<string> problems = [];
                Compare(problems, "size", archive.Size, counter.Total);
                Compare(problems, "unpackedSize", archive.UnpackedSize, unpacked);
                string[] names = [.. artifact.Files.Select(file => file.Name).Order(StringComparer.Ordinal)];
                _archives.Add(new CheckedArchive(archive, counter.Total, names, unpacked, problems));
            }
        }
        catch (Exception exception) when (exception is ModelLoadException or UsageException)
        {
            _archives.Add(new CheckedArchive(archive, null, [], 0, [exception.Message]));
        }
        finally
        {
            Directory.Delete(store, recursive: true);
        }
    }

    /// <summary>Finds files of two archives that would have the same path in the function.</summary>
    public IReadOnlyList<string> Clashes()
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        var folders = new HashSet<string>(StringComparer.Ordinal);
        List<string> clashes = [];
        foreach (CheckedArchive archive in _archives)
        {
            string mount = archive.Description.Mount.Trim('/');
            foreach (string name in archive.Files)
            {
                string path = mount is "." or "" ? name : $"{mount}/{name}";
                if (!owners.TryAdd(path, archive.Description.Mount))
                {
                    clashes.Add($"'{path}' is in the archives for '{owners[path]}' and '{archive.Description.Mount}'.");
                }

                for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
                {
                    folders.Add(path[..slash]);
                }
            }
        }

        clashes.AddRange(owners.Keys
            .Where(folders.Contains)
            .Order(StringComparer.Ordinal)
            .Select(path => $"'{path}' is a file in the archive for '{owners[path]}' and a directory in another."));
        return clashes;
    }

    private static void Compare(List<string> problems, string what, long stated, long found)
    {
        if (stated > 0 && stated != found)
        {
            problems.Add(
                string.Create(CultureInfo.InvariantCulture, $"The manifest's {what} is {stated:N0} bytes; {found:N0} were found."));
        }
    }

    private sealed class Counter : IProgress<TransferProgress>
    {
        public long Total { get; private set; }

        public void Report(TransferProgress value) => Total = value.Total;
    }
}

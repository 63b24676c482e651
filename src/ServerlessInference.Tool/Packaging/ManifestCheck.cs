using System.Globalization;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Packages;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Fetches a manifest's archives one after the other, as a function would, and gathers what is wrong with them.</summary>
internal sealed class ManifestCheck(ToolConsole console, string baseUri)
{
    private readonly List<CheckedArchive> _archives = [];

    /// <summary>Gets what was found, archive by archive.</summary>
    public IReadOnlyList<CheckedArchive> Archives => _archives;

    /// <summary>Checks one archive: that it can be had, its digest, its sizes, its entries' names.</summary>
    public async Task AddAsync(SplitPackageArchive archive, CancellationToken cancellationToken)
    {
        if (archive.PointerUri is not null)
        {
            _archives.Add(new CheckedArchive(archive, null, [], 0, [])); // what it points to is not the manifest's business
            return;
        }

        var store = Directory.CreateTempSubdirectory("serverless-inference-verify").FullName;
        var counter = new Counter();
        try
        {
            var (services, source) = TrialSources.Create(console, archive.GetSourceUri(baseUri), store, counter);
            await using (services.ConfigureAwait(false))
            {
                using var artifact = await source.LoadAsync(cancellationToken).ConfigureAwait(false);
                var unpacked = artifact.Files.Sum(file => file.Length);
                List<string> problems = [];
                Compare(problems, "size", archive.Size, counter.Total);
                Compare(problems, "unpackedSize", archive.UnpackedSize, unpacked);
                _archives.Add(new CheckedArchive(archive, counter.Total, [.. artifact.Files.Select(file => file.Name).Order(StringComparer.Ordinal)], unpacked, problems));
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

    /// <summary>Finds files of two archives that a function would look for at the same place.</summary>
    public IReadOnlyList<string> Clashes()
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        var folders = new HashSet<string>(StringComparer.Ordinal);
        List<string> clashes = [];
        foreach (var archive in _archives)
        {
            var mount = archive.Description.Mount.Trim('/');
            foreach (var name in archive.Files)
            {
                var path = mount is "." or "" ? name : $"{mount}/{name}";
                if (!owners.TryAdd(path, archive.Description.Mount))
                {
                    clashes.Add($"'{path}' is in the archives for '{owners[path]}' and '{archive.Description.Mount}'.");
                }

                for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
                {
                    folders.Add(path[..slash]);
                }
            }
        }

        clashes.AddRange(owners.Keys.Where(folders.Contains).Order(StringComparer.Ordinal).Select(path => $"'{path}' is a file in the archive for '{owners[path]}' and a folder in another."));
        return clashes;
    }

    private static void Compare(List<string> problems, string what, long stated, long found)
    {
        if (stated > 0 && stated != found)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"The manifest's {what} is {stated:N0} bytes; {found:N0} were found."));
        }
    }

    private sealed class Counter : IProgress<TransferProgress>
    {
        public long Total { get; private set; }

        public void Report(TransferProgress value) => Total = value.Total;
    }
}

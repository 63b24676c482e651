using System.Text.Json;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Finds files that a function on Lambda never loads.</summary>
internal static class Pruning
{
    private const string ProviderBridge = "libonnxruntime_providers_shared.so";
    private const string ProviderPrefix = "libonnxruntime_providers_";

    /// <summary>Separates the files to keep from the files to leave out.</summary>
    /// <param name="files">All files.</param>
    /// <param name="architecture"><c>x86_64</c> or <c>arm64</c>.</param>
    /// <param name="keep">Files to keep in any case: names with or without directory and extension.</param>
    /// <returns>The files to keep, and the files to leave out.</returns>
    public static (List<PackageFile> Kept, List<PrunedFile> Pruned) Apply(
        IReadOnlyList<PackageFile> files, string architecture, IReadOnlyCollection<string> keep)
    {
        HashSet<string>? referenced = ReferencedAssemblies(files);
        bool hasOtherProviders = files
            .Select(file => Path.GetFileName(file.Name))
            .Any(name => name.StartsWith(ProviderPrefix, StringComparison.Ordinal) && name != ProviderBridge);
        bool invariant = IsCultureInvariant(files);
        var kept = new List<PackageFile>();
        var pruned = new List<PrunedFile>();
        foreach (PackageFile file in files)
        {
            string? reason = IsKept(file, keep) ? null : ReasonToPrune(file, architecture, referenced, hasOtherProviders, invariant);
            if (reason is null)
            {
                kept.Add(file);
            }
            else
            {
                pruned.Add(new PrunedFile(file, reason));
            }
        }

        return (kept, pruned);
    }

    private static bool IsKept(PackageFile file, IReadOnlyCollection<string> keep) =>
        keep.Contains(file.Name)
        || keep.Contains(Path.GetFileName(file.Name))
        || keep.Contains(Path.GetFileNameWithoutExtension(file.Name));

    private static string? ReasonToPrune(
        PackageFile file, string architecture, HashSet<string>? referenced, bool hasOtherProviders, bool invariant)
    {
        switch (file.Kind)
        {
            case FileKind.Symbols:
                return "symbols";
            case FileKind.Documentation:
                return "documentation of an assembly";
            case FileKind.Assembly when invariant && file.Name.EndsWith(".resources.dll", StringComparison.OrdinalIgnoreCase):
                return "translations, which a culture-invariant program never loads";
            case FileKind.Assembly when referenced is not null && !file.Name.EndsWith(".resources.dll", StringComparison.OrdinalIgnoreCase)
                && !referenced.Contains(Path.GetFileNameWithoutExtension(file.Name)):
                return "no assembly of the program references it";
            case FileKind.NativeLibrary or FileKind.RuntimeLibrary:
                var image = NativeImage.TryRead(file.Path);
                return image is not { IsLinux: true } ? "a library for another system"
                    : image.Architecture != architecture ? $"a library for {image.Architecture}"
                    : Path.GetFileName(file.Name) == ProviderBridge && !hasOtherProviders
                        ? "ONNX Runtime loads it only for execution providers that are not in the package"
                    : IsForMusl(file.Name) ? "a library for musl; Lambda uses glibc"
                    : null;
            default:
                return Path.GetFileName(file.Name) is "createdump" or "web.config" ? "not used on Lambda" : null;
        }
    }

    private static bool IsForMusl(string name) => name.Contains("/linux-musl-", StringComparison.Ordinal);

    /// <summary>Follows references, beginning with the program's own assembly.</summary>
    /// <returns>
    /// The names; <see langword="null"/> if they cannot be determined: for a native program, or for a self-contained one, since the .NET
    /// runtime also loads assemblies that nothing references.
    /// </returns>
    private static HashSet<string>? ReferencedAssemblies(IReadOnlyList<PackageFile> files)
    {
        const string runtimeConfiguration = ".runtimeconfig.json";
        var assemblies = files
            .Where(file => file.Kind == FileKind.Assembly)
            .GroupBy(file => Path.GetFileNameWithoutExtension(file.Name), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.OrdinalIgnoreCase);
        var roots = files.Where(file => file.Name.EndsWith(runtimeConfiguration, StringComparison.OrdinalIgnoreCase))
            .Select(file => file.Name[..^runtimeConfiguration.Length]).Where(assemblies.ContainsKey).ToList();
        if (roots.Count == 0 || assemblies.ContainsKey("System.Private.CoreLib"))
        {
            return null;
        }

        var found = new HashSet<string>(roots, StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>(roots);
        while (open.TryDequeue(out string? name))
        {
            foreach (string reference in assemblies[name].SelectMany(file => PublishFolder.ReadReferences(file.Path)))
            {
                if (assemblies.ContainsKey(reference) && found.Add(reference))
                {
                    open.Enqueue(reference);
                }
            }
        }

        return found;
    }

    private static bool IsCultureInvariant(IReadOnlyList<PackageFile> files)
    {
        foreach (PackageFile file in files.Where(file => file.Name.EndsWith(".runtimeconfig.json", StringComparison.OrdinalIgnoreCase)))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file.Path));
            if (document.RootElement.TryGetProperty("runtimeOptions", out JsonElement options)
                && options.TryGetProperty("configProperties", out JsonElement properties)
                && properties.TryGetProperty("System.Globalization.Invariant", out JsonElement invariant))
            {
                return invariant.ValueKind == JsonValueKind.True;
            }
        }

        return false;
    }
}

using ServerlessInference.Models;
using ServerlessInference.Registration;

namespace ServerlessInference.Packages;

/// <summary>Finds and reads the manifest of a split package.</summary>
internal static class ManifestReader
{
    /// <summary>The maximum size of a manifest, which needs a few hundred bytes per archive.</summary>
    private const long MaxBytes = 1024 * 1024;

    /// <summary>Reads the manifest that the options specify.</summary>
    /// <returns>The manifest, and its path or URI.</returns>
    /// <exception cref="ModelLoadException">The manifest does not exist or is not valid.</exception>
    public static async Task<(SplitPackageManifest Manifest, string Place)> ReadAsync(
        SplitPackageOptions options, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (options.Manifest is { Length: > 0 } named && PackageOrigin.HasScheme(named))
        {
            IModelSource source = ModelSourceResolver.Resolve(PackageOrigin.SourceUri(named, null), services);
            using ModelArtifact artifact = await source.LoadAsync(cancellationToken).ConfigureAwait(false);
            return (await ReadFileAsync(artifact.Files.First().PhysicalPath!, named, cancellationToken).ConfigureAwait(false), named);
        }

        string path = Path.Combine(
            AppContext.BaseDirectory, options.Manifest is { Length: > 0 } given ? given : SplitPackageManifest.FileName);
        if (File.Exists(path))
        {
            return (await ReadFileAsync(path, path, cancellationToken).ConfigureAwait(false), path);
        }

        return string.IsNullOrEmpty(options.Manifest)
            ? (new SplitPackageManifest(), path)
            : throw new ModelLoadException(
                $"The split package's manifest {path} does not exist. Correct ServerlessInference:SplitPackage:Manifest, or leave it out " +
                "if there is no split package.");
    }

    private static async Task<SplitPackageManifest> ReadFileAsync(string path, string place, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length is var length and > MaxBytes)
            {
                throw new ModelLoadException(
                    $"The split package's manifest {place} has {length:N0} bytes; at most {MaxBytes:N0} are read. Correct its path: the " +
                    "file is not a manifest.");
            }

            return SplitPackageManifest.Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), place);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"The split package's manifest {place} cannot be read: {exception.Message}", exception);
        }
    }
}

using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Packages;

/// <summary>Finds what a manifest's URIs mean.</summary>
internal static class PackageOrigin
{
    /// <summary>Makes a URI absolute.</summary>
    /// <param name="uri">The URI, a path, or a name relative to the base.</param>
    /// <param name="baseUri">A folder or a URI.</param>
    /// <returns>A URI with a scheme.</returns>
    public static string Absolute(string uri, string baseUri) =>
        HasScheme(uri) ? uri
        : uri.StartsWith('/') || Path.IsPathFullyQualified(uri) ? "file:" + uri
        : HasScheme(baseUri) ? baseUri.TrimEnd('/') + "/" + uri
        : "file:" + Path.Combine(Path.GetFullPath(baseUri), uri);

    /// <summary>Gives the folder that a manifest lies in.</summary>
    public static string FolderOf(string manifest)
    {
        if (!HasScheme(manifest))
        {
            return Path.GetDirectoryName(Path.GetFullPath(manifest))!;
        }

        string place = manifest.Split('#', '?')[0];
        return place[..(place.LastIndexOf('/') + 1)] is { Length: > 0 } folder ? folder : place[..(place.IndexOf(':', StringComparison.Ordinal) + 1)];
    }

    /// <summary>Tells a URI from a path.</summary>
    public static bool HasScheme(string uri) => uri.IndexOf(':', StringComparison.Ordinal) is > 1; // one letter is a drive of Windows

    /// <summary>Makes the source of an archive: whatever its scheme, its bytes go into the store and are held against the pinned digest.</summary>
    /// <exception cref="ArgumentException">The URI is not of its scheme's form.</exception>
    /// <exception cref="ModelLoadException">Nothing registered knows the scheme.</exception>
    public static IModelSource Archive(string uri, string? sha256, IServiceProvider services)
    {
        int colon = uri.IndexOf(':', StringComparison.Ordinal);
        string scheme = uri[..colon];
        if (scheme is not ("file" or "efs" or "layer"))
        {
            string settings = $"{RemoteModelOptions.KeepFolderSetting}=true" + (sha256 is null ? string.Empty : $"&sha256={sha256}");
            return ModelSourceResolver.Resolve($"{uri}{(uri.Contains('#', StringComparison.Ordinal) ? '&' : '#')}{settings}", services);
        }

        string path = uri[(colon + 1)..];
        path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
        path = scheme == "layer" ? Path.Combine(ModelSourceBuilder.LayerRoot, path) : path;
        return FileModelSourceFactory.Create(path, scheme, string.Empty, services, options =>
        {
            options.Sha256 = sha256;
            options.KeepFolder = true;
        });
    }
}

using ServerlessInference.Models.Transfer;
using ServerlessInference.Registration;

namespace ServerlessInference.Packages;

/// <summary>Resolves the URIs in a manifest.</summary>
internal static class PackageOrigin
{
    private const string Copy = "#copy=true";

    /// <summary>Resolves a URI against a base.</summary>
    /// <param name="uri">The URI, a path, or a name relative to the base.</param>
    /// <param name="baseUri">A directory or a URI.</param>
    /// <returns>A URI with a scheme.</returns>
    public static string Absolute(string uri, string baseUri) =>
        HasScheme(uri) ? uri
        : uri.StartsWith('/') || Path.IsPathFullyQualified(uri) ? "file:" + uri
        : HasScheme(baseUri) ? baseUri.TrimEnd('/') + "/" + uri
        : "file:" + Path.Combine(Path.GetFullPath(baseUri), uri);

    /// <summary>Gets the directory that contains a manifest.</summary>
    public static string FolderOf(string manifest)
    {
        if (!HasScheme(manifest))
        {
            return Path.GetDirectoryName(Path.GetFullPath(manifest))!;
        }

        string place = manifest.Split('#', '?')[0];
        return place[..(place.LastIndexOf('/') + 1)] is { Length: > 0 } folder
            ? folder
            : place[..(place.IndexOf(':', StringComparison.Ordinal) + 1)];
    }

    /// <summary>Distinguishes a URI from a path. A single letter before the colon is a drive of Windows.</summary>
    public static bool HasScheme(string uri) => uri.IndexOf(':', StringComparison.Ordinal) is > 1;

    /// <summary>Adds the settings that make the source copy its content to the store.</summary>
    public static string SourceUri(string uri, string? sha256)
    {
        string scheme = uri[..uri.IndexOf(':', StringComparison.Ordinal)];
        if (scheme == "layer")
        {
            uri = "file:" + Path.Combine(ModelSourceBuilder.LayerRoot, uri["layer:".Length..]);
        }

        string settings = $"{RemoteModelOptions.KeepFolderSetting}=true" + (sha256 is null ? string.Empty : $"&sha256={sha256}");

        // Without "copy", files would be used in place. A '#' may be part of a file name, so only "#copy" marks the settings.
        return scheme is "file" or "efs" or "layer"
            ? uri + (uri.Contains(Copy, StringComparison.Ordinal) ? "&" : Copy + "&") + settings
            : uri + (uri.Contains('#', StringComparison.Ordinal) ? "&" : "#") + settings;
    }
}

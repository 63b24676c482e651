using System.Text.Json.Serialization;

namespace ServerlessInference.Packages;

/// <summary>One archive of a split package, or one model of it that has a pointer of its own.</summary>
/// <remarks>Immutable.</remarks>
public sealed record SplitPackageArchive
{
    /// <summary>Gets the path at which the content of the archive is available.</summary>
    /// <value>
    /// A path such as <c>native</c> or <c>models/resnet50</c>, to be used with <see cref="ISplitPackage.GetPath"/> and
    /// <c>FromSplitPackage</c>; or an absolute path such as <c>/tmp/models</c>, at which a link to the content is created.
    /// </value>
    /// <remarks>If the member is missing in the JSON, the serializer sets <see langword="null"/>, which becomes an empty string.</remarks>
    public string Mount { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Gets the location of the archive (<c>.zip</c>, <c>.tar</c>, <c>.tar.gz</c>) or single file.</summary>
    /// <value>
    /// <c>s3://…</c>, <c>https://…</c>, <c>file:</c>, <c>efs:</c>, <c>layer:</c>, or a name relative to
    /// <see cref="SplitPackageOptions.BaseUri"/>; <see langword="null"/> if <see cref="PointerUri"/> is set.
    /// </value>
    public string? Uri { get; init; }

    /// <summary>Gets the SHA-256 that the archive must have.</summary>
    /// <value>64 hexadecimal digits; <see langword="null"/> if <see cref="PointerUri"/> is set.</value>
    public string? Sha256 { get; init; }

    /// <summary>Gets the size of the archive.</summary>
    /// <value>Bytes; 0 if it is not known. Large archives are fetched first.</value>
    public long Size { get; init; }

    /// <summary>Gets the size of the unpacked files.</summary>
    /// <value>Bytes; 0 if it is not known.</value>
    public long UnpackedSize { get; init; }

    /// <summary>
    /// Gets the source of the model at <see cref="Mount"/>, if the model is not in an archive whose digest the manifest has.
    /// </summary>
    /// <value>
    /// The URI of a model source. It is accessed whenever the model is loaded or checked, so that a new model needs no new manifest.
    /// <see langword="null"/>, the default, for an archive with a digest.
    /// </value>
    [JsonPropertyName("pointer")]
    public string? PointerUri { get; init; }

    /// <summary>Creates the URI of a model source that copies this archive to the store and verifies its digest.</summary>
    /// <param name="baseUri">The directory or URI against which a relative <see cref="Uri"/> is resolved.</param>
    /// <returns>The URI, followed by <c>#</c> and its settings.</returns>
    /// <exception cref="InvalidOperationException">This is a model with a pointer, not an archive.</exception>
    public string GetSourceUri(string baseUri)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(baseUri);
        return Uri is null
            ? throw new InvalidOperationException($"'{Mount}' has a pointer and no archive.")
            : PackageOrigin.SourceUri(PackageOrigin.Absolute(Uri, baseUri), Sha256);
    }
}

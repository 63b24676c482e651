using System.Text.Json.Serialization;

namespace ServerlessInference.Packages;

/// <summary>One archive of a split package, or one model of it that has a pointer of its own.</summary>
/// <remarks>Immutable.</remarks>
public sealed record SplitPackageArchive
{
    /// <summary>Gets what the archive's content is found under.</summary>
    /// <value>
    /// A path such as <c>native</c> or <c>models/resnet50</c>, which <see cref="ISplitPackage.GetPath"/> and <c>FromSplitPackage</c> take;
    /// or an absolute one such as <c>/tmp/models</c>, which also becomes a link to the content.
    /// </value>
    public string Mount { get; init => field = value ?? string.Empty; } = string.Empty; // absent in JSON is null here

    /// <summary>Gets where the archive (<c>.zip</c>, <c>.tar</c>, <c>.tar.gz</c>) or single file is.</summary>
    /// <value>
    /// <c>s3://…</c>, <c>https://…</c>, <c>file:</c>, <c>efs:</c>, <c>layer:</c>, or a name relative to <see cref="SplitPackageOptions.BaseUri"/>;
    /// <see langword="null"/> where <see cref="PointerUri"/> is set.
    /// </value>
    public string? Uri { get; init; }

    /// <summary>Gets the SHA-256 that the archive must have.</summary>
    /// <value>64 hexadecimal digits; <see langword="null"/> where <see cref="PointerUri"/> is set.</value>
    public string? Sha256 { get; init; }

    /// <summary>Gets the archive's size.</summary>
    /// <value>Bytes; 0 where it is not known. Large archives are fetched first.</value>
    public long Size { get; init; }

    /// <summary>Gets how much room the extracted files take.</summary>
    /// <value>Bytes; 0 where it is not known.</value>
    public long UnpackedSize { get; init; }

    /// <summary>Gets where the model at <see cref="Mount"/> comes from instead of an archive that the manifest pins.</summary>
    /// <value>
    /// The URI of a model source. It is asked whenever the model is loaded or looked at again, so that a new model needs no new manifest.
    /// <see langword="null"/>, the default, for an archive that is pinned.
    /// </value>
    [JsonPropertyName("pointer")]
    public string? PointerUri { get; init; }

    /// <summary>Makes the URI of a model source that brings this archive into the store, held against its digest.</summary>
    /// <param name="baseUri">The folder or URI that a relative <see cref="Uri"/> is below.</param>
    /// <returns>The URI, with its settings behind a <c>#</c>.</returns>
    /// <exception cref="InvalidOperationException">This is a model with a pointer, not an archive.</exception>
    public string GetSourceUri(string baseUri)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(baseUri);
        return Uri is null
            ? throw new InvalidOperationException($"'{Mount}' has a pointer and no archive.")
            : PackageOrigin.SourceUri(PackageOrigin.Absolute(Uri, baseUri), Sha256);
    }
}

namespace ServerlessInference.Models.Store;

/// <summary>The marker of a stored model: what it consists of, and what it was verified against.</summary>
/// <param name="Format">The version of this format.</param>
/// <param name="Source">Where the model came from.</param>
/// <param name="Version">The version that the source gave.</param>
/// <param name="Digest">The digest of the archive, where the model came in one.</param>
/// <param name="Files">Its files.</param>
internal sealed record StoreManifest(int Format, string Source, string Version, string? Digest, IReadOnlyList<StoredFile> Files)
{
    /// <summary>The format that this code writes. A folder of another format is fetched again.</summary>
    public const int CurrentFormat = 1;

    public const string FileName = "manifest.json";

    public long TotalLength => Files.Sum(file => file.Length);
}

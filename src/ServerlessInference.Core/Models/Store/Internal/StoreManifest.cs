namespace ServerlessInference.Models.Store;

/// <summary>Describes a stored model. Its existence marks the model as complete.</summary>
/// <param name="Format">The version of this format.</param>
/// <param name="Source">The source of the model.</param>
/// <param name="Version">The version reported by the source.</param>
/// <param name="Digest">The digest of the archive; <see langword="null"/> if the model was not packed in an archive.</param>
/// <param name="Files">The files of the model.</param>
internal sealed record StoreManifest(int Format, string Source, string Version, string? Digest, IReadOnlyList<StoredFile> Files)
{
    /// <summary>The format that this code writes. A model in another format is downloaded again.</summary>
    public const int CurrentFormat = 1;

    public const string FileName = "manifest.json";

    public long TotalLength => Files.Sum(file => file.Length);
}

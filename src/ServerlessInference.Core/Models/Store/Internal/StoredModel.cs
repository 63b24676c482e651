namespace ServerlessInference.Models.Store;

/// <summary>A published model, which stays where it is until this is disposed.</summary>
internal sealed class StoredModel(string folder, StoreManifest manifest, FileLock use) : IDisposable
{
    public const string FilesFolder = "files";

    public StoreManifest Manifest { get; } = manifest;

    public string PathOf(StoredFile file) => Path.Combine(folder, FilesFolder, file.Name);

    public void Dispose() => use.Dispose();
}

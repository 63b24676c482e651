namespace ServerlessInference.Models.Store;

/// <summary>A published model. It is not deleted from the store before this object is disposed.</summary>
internal sealed class StoredModel(string folder, StoreManifest manifest, FileLock use) : IDisposable
{
    public const string FilesFolder = "files";

    public StoreManifest Manifest { get; } = manifest;

    public string GetPath(StoredFile file) => Path.Combine(folder, FilesFolder, file.Name);

    public void Dispose() => use.Dispose();
}

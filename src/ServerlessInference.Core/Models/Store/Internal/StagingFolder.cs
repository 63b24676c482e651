using System.Text.Json;

namespace ServerlessInference.Models.Store;

/// <summary>The folder in which a model is assembled before it is published. Its user holds the build lock.</summary>
internal sealed class StagingFolder(string path, StoreSpace space, string description)
{
    /// <summary>Gets the folder that will be published.</summary>
    public string Content { get; } = Path.Combine(path, "content");

    /// <summary>Gets the folder for the files of the model.</summary>
    public string Files => Path.Combine(Content, StoredModel.FilesFolder);

    /// <summary>Gets the path of a file that only serves to resume the download, and is not published.</summary>
    public string GetStatePath(string name) => Path.Combine(path, name);

    /// <summary>Gets the path of a file of the model, and creates the folders above it.</summary>
    public string CreatePath(string name)
    {
        string file = Path.Combine(Files, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return file;
    }

    /// <summary>Makes sure that there is enough space, and deletes unused models if necessary.</summary>
    /// <param name="need">The space that is needed.</param>
    /// <exception cref="ModelLoadException">There is not enough space, even without the models that nobody uses.</exception>
    public void EnsureSpace(SpaceNeed need) => space.Ensure(need, description);

    /// <summary>Makes sure that there is enough space, and deletes unused models if necessary.</summary>
    /// <param name="need">The space that is needed.</param>
    /// <returns>Whether there is enough space.</returns>
    public bool TryEnsureSpace(SpaceNeed need) => space.TryEnsure(need);

    /// <summary>Records the start of an attempt that cannot be resumed.</summary>
    /// <returns>How many such attempts were interrupted before, because their process ended or their caller gave up.</returns>
    public int BeginAttempt()
    {
        // The length of the file is the count, so that a single append records an attempt.
        string file = GetStatePath("attempts");
        int before = File.Exists(file) ? (int)new FileInfo(file).Length : 0;
        File.AppendAllText(file, "|");
        return before;
    }

    /// <summary>Deletes the content that an earlier process left, but not the state of a download that can be resumed.</summary>
    public void ClearContent()
    {
        if (Directory.Exists(Content))
        {
            Directory.Delete(Content, recursive: true);
        }

        Directory.CreateDirectory(Files);
    }

    /// <summary>Deletes everything that an earlier process left.</summary>
    public void Reset()
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Directory.CreateDirectory(Files);
    }

    public void Create() => Directory.CreateDirectory(Files);

    /// <summary>Writes the manifest, then publishes the model by a rename, which is atomic.</summary>
    public void Publish(StoreManifest manifest, string destination)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(manifest, StoreJson.Default.StoreManifest);
        File.WriteAllBytes(Path.Combine(Content, StoreManifest.FileName), json);
        Directory.Move(Content, destination);
        Directory.Delete(path, recursive: true);
    }
}

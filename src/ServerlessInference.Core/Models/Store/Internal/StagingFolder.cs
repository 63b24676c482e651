using System.Text.Json;

namespace ServerlessInference.Models.Store;

/// <summary>Where a model is put together before it is published. Its holder has the build lock.</summary>
internal sealed class StagingFolder(string path, StoreSpace space, string description)
{
    /// <summary>Gets the folder that becomes the published one.</summary>
    public string Content { get; } = Path.Combine(path, "content");

    /// <summary>Gets where a file of the model goes.</summary>
    public string Files => Path.Combine(Content, StoredModel.FilesFolder);

    /// <summary>Gets a path beside the content, for what only a resumed download needs.</summary>
    public string Beside(string name) => Path.Combine(path, name);

    /// <summary>Gets where a file of the model goes, and makes the folders above it.</summary>
    public string PathOf(string name)
    {
        string file = Path.Combine(Files, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return file;
    }

    /// <summary>Sees to it that there is room.</summary>
    /// <param name="need">How much is still to be written.</param>
    /// <exception cref="ModelLoadException">There is not, even without the old versions that nobody uses.</exception>
    public void EnsureSpace(SpaceNeed need) => space.Ensure(need, description);

    /// <summary>Tells whether there is room, after what nobody uses has gone.</summary>
    /// <param name="need">How much is still to be written.</param>
    public bool TryEnsureSpace(SpaceNeed need) => space.TryEnsure(need);

    /// <summary>Notes that an attempt begins which leaves nothing to go on from.</summary>
    /// <returns>How many such attempts before this one were broken off, with their process or by their caller.</returns>
    public int BeginAttempt()
    {
        string file = Beside("attempts");
        int before = File.Exists(file) ? (int)new FileInfo(file).Length : 0;
        File.AppendAllText(file, "|");
        return before;
    }

    /// <summary>Forgets the content that an earlier process left, and nothing beside it.</summary>
    public void ClearContent()
    {
        if (Directory.Exists(Content))
        {
            Directory.Delete(Content, recursive: true);
        }

        Directory.CreateDirectory(Files);
    }

    /// <summary>Forgets what an earlier process left.</summary>
    public void Reset()
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Directory.CreateDirectory(Files);
    }

    public void Create() => Directory.CreateDirectory(Files);

    /// <summary>Writes the marker, then lets the model appear in one step.</summary>
    public void Publish(StoreManifest manifest, string destination)
    {
        File.WriteAllBytes(Path.Combine(Content, StoreManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, StoreJson.Default.StoreManifest));
        Directory.Move(Content, destination);
        Directory.Delete(path, recursive: true);
    }
}

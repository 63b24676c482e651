using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models.Archives;

namespace ServerlessInference.Models.Transfer;

/// <summary>The files of a model that is only in memory. Not thread-safe while files are being added.</summary>
internal sealed class MemoryFiles : IExtractionTarget, IDisposable
{
    private readonly List<(string Name, long Length, MemoryFile File)> _files = [];

    public SafeFileHandle Create(string name, long length, UnixFileMode? mode)
    {
        MemoryFile file = MemoryFile.Create(name);
        _files.Add((name, length, file));
        return file.Handle;
    }

    /// <summary>Does nothing: closing the handle would delete the memory file, which the model still needs.</summary>
    public void Complete(SafeFileHandle file)
    {
    }

    public IEnumerable<ModelFile> ToModelFiles() => _files.Select(file => ModelFile.Owned(file.Name, file.File.Path, file.Length));

    public void Clear()
    {
        foreach ((_, _, MemoryFile file) in _files)
        {
            file.Dispose();
        }

        _files.Clear();
    }

    public void Dispose() => Clear();
}

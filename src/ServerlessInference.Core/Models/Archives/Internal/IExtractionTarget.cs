using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Archives;

/// <summary>Receives the files of an archive.</summary>
internal interface IExtractionTarget
{
    /// <summary>Creates a file. The name has been validated and is unique.</summary>
    SafeFileHandle Create(string name, long length, UnixFileMode? mode);

    /// <summary>Called when a file has been written, or when writing it has failed.</summary>
    void Complete(SafeFileHandle file);
}

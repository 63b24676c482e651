using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Archives;

/// <summary>Where the files of an archive go.</summary>
internal interface IExtractionTarget
{
    /// <summary>Makes a file of a name that was checked and stands once.</summary>
    SafeFileHandle Create(string name, long length, UnixFileMode? mode);

    /// <summary>Ends the writing of a file, whole or not.</summary>
    void Complete(SafeFileHandle file);
}

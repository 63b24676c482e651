using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference.Packages;

/// <summary>What travels beside the deployment package: native libraries, managed assemblies, models and data, fetched at start.</summary>
/// <remarks>Thread-safe; a singleton of the container. It is loaded by whatever needs it first; models wait for it by themselves.</remarks>
public interface ISplitPackage
{
    /// <summary>Fetches and verifies all archives, and lets the runtime find what is in them. Calling it again waits for the same.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the fetching.</param>
    /// <returns>A task that ends when everything is in its place. After a failure the next call tries again.</returns>
    /// <exception cref="ModelLoadException">The manifest cannot be used, an archive cannot be had, or it is not what the manifest pins.</exception>
    Task LoadAsync(CancellationToken cancellationToken = default);

    /// <summary>Finds a file or folder of the package, once it is loaded.</summary>
    /// <param name="path">The path, which begins with the mount path: <c>models/resnet50/labels.txt</c>. What no archive has is looked for beside the program.</param>
    /// <returns>Where it lies. It stays there as long as the container lives.</returns>
    /// <exception cref="ModelLoadException">It is in no archive, nor beside the program; the message lists the mount paths.</exception>
    /// <exception cref="InvalidOperationException">The package is not loaded yet.</exception>
    string GetPath(string path);

    /// <summary>Finds a native library of the package, once it is loaded: for code that wants a path, such as <c>RegisterCustomOpLibrary</c>.</summary>
    /// <param name="name">Its name, as a P/Invoke would give it (<c>custom_ops</c>) or as the file is called (<c>libcustom_ops.so</c>).</param>
    /// <param name="path">Where it lies.</param>
    /// <returns>Whether the package has it for this system.</returns>
    /// <exception cref="InvalidOperationException">The package is not loaded yet.</exception>
    /// <remarks>P/Invokes need no path: the runtime asks the package for every native library that it does not find by itself.</remarks>
    bool TryGetNativeLibrary(string name, [NotNullWhen(true)] out string? path);
}

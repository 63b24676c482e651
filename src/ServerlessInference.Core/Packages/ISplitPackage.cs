using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference.Packages;

/// <summary>
/// The files that are delivered separately from the deployment package and fetched at start: native libraries, managed assemblies, models
/// and data.
/// </summary>
/// <remarks>A singleton and thread-safe. Whatever needs the package first loads it. Models wait for it themselves.</remarks>
public interface ISplitPackage
{
    /// <summary>
    /// Fetches and verifies all archives, and lets the runtime find their content. Further calls wait for the same operation.
    /// </summary>
    /// <param name="cancellationToken">Cancels waiting, not fetching.</param>
    /// <returns>A task that completes when everything is available. After a failure, the next call tries again.</returns>
    /// <exception cref="ModelLoadException">
    /// The manifest is not valid, an archive cannot be fetched, or an archive does not have the digest in the manifest.
    /// </exception>
    Task LoadAsync(CancellationToken cancellationToken = default);

    /// <summary>Finds a file or directory of the package, after the package has been loaded.</summary>
    /// <param name="path">
    /// The path, which begins with the mount path: <c>models/resnet50/labels.txt</c>. A path that is in no archive is searched next to the
    /// program.
    /// </param>
    /// <returns>The physical path. It is valid as long as the service container lives.</returns>
    /// <exception cref="ModelLoadException">
    /// The path does not exist in an archive or next to the program. The message lists the mount paths.
    /// </exception>
    /// <exception cref="InvalidOperationException">The package has not been loaded yet.</exception>
    string GetPath(string path);

    /// <summary>
    /// Finds a native library of the package, after the package has been loaded: for code that needs a path, such as
    /// <c>RegisterCustomOpLibrary</c>.
    /// </summary>
    /// <param name="name">The name as in a P/Invoke (<c>custom_ops</c>), or the file name (<c>libcustom_ops.so</c>).</param>
    /// <param name="path">The path of the library.</param>
    /// <returns>Whether the package contains the library for this system.</returns>
    /// <exception cref="InvalidOperationException">The package has not been loaded yet.</exception>
    /// <remarks>A P/Invoke needs no path: the runtime asks the package for every native library that it does not find itself.</remarks>
    bool TryGetNativeLibrary(string name, [NotNullWhen(true)] out string? path);
}

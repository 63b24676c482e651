using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference.Sessions;

/// <summary>Native libraries that are delivered apart from the program, such as those of a split package.</summary>
/// <remarks>Thread-safe. A service that is registered only if there are such libraries.</remarks>
internal interface INativeLibraries
{
    /// <summary>Waits until the libraries are on disk and the runtime can find them.</summary>
    Task LoadAsync(CancellationToken cancellationToken);

    /// <summary>Finds a library, after <see cref="LoadAsync"/>.</summary>
    /// <param name="name">The name of the library, as in a P/Invoke, or its file name.</param>
    /// <param name="path">The path of the library.</param>
    /// <returns>Whether there is such a library for this system.</returns>
    bool TryGetNativeLibrary(string name, [NotNullWhen(true)] out string? path);

    /// <summary>Describes all places in which a library was searched, and what was found there.</summary>
    IReadOnlyList<string> DescribeSearch(string library);
}

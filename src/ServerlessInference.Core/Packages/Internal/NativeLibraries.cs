using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ServerlessInference.Sessions;

namespace ServerlessInference.Packages;

/// <summary>Lets the runtime find the native libraries of a split package.</summary>
/// <remarks>
/// <para>The runtime raises <see cref="AssemblyLoadContext.ResolvingUnmanagedDll"/>, under JIT as well as in a native program, for a
/// P/Invoke whose library is neither next to the program nor in a directory of the system. The loader of the system never searches
/// directories that were created after the start, because it reads <c>LD_LIBRARY_PATH</c> once. So the libraries that a library needs are
/// loaded before it; they are found by their file name or by their own name (<c>DT_SONAME</c>), and the loader then uses what is already in
/// memory.</para>
/// <para>Thread-safe. A library that was loaded stays loaded, because the runtime keeps it as well.</para>
/// </remarks>
internal sealed class NativeLibraries : IDisposable
{
    private readonly Dictionary<string, List<string>> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, nint> _loaded = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Creates an index of the libraries among the files, and starts to provide them to the runtime.</summary>
    public NativeLibraries(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            string name = Path.GetFileName(file);
            if (NativeLibraryName.IsLibrary(name))
            {
                Add(name, file);
            }
        }

        if (_files.Count > 0)
        {
            AddOwnNames();
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        }
    }

    /// <summary>Gets the paths of the libraries.</summary>
    public IEnumerable<string> Files => _files.Values.SelectMany(paths => paths).Distinct().Order(StringComparer.Ordinal);

    public void Dispose() => AssemblyLoadContext.Default.ResolvingUnmanagedDll -= Resolve;

    /// <summary>Finds the files that a name may refer to and that are for this processor.</summary>
    public IReadOnlyList<string> Find(string name) =>
        [.. FindCandidates(name).Where(path => ElfImage.TryRead(path)?.Objection is null)];

    /// <summary>Finds the files that a name may refer to.</summary>
    public IReadOnlyList<string> FindCandidates(string name)
    {
        foreach (string file in NativeLibraryName.GetFileNames(name))
        {
            if (_files.TryGetValue(file, out List<string>? paths))
            {
                return paths;
            }
        }

        return [];
    }

    /// <summary>Describes all places in which a library was searched, including this package, and what was found there.</summary>
    public IReadOnlyList<string> DescribeSearch(string name) => NativeLibraryReport.Describe(name, (file, tryLoad) =>
    {
        if (FindCandidates(name) is { Count: > 0 } candidates)
        {
            return candidates.Select(tryLoad);
        }

        string[] known = [.. Files.Select(path => Path.GetFileName(path)).Distinct()];
        return [$"split package: it has no {file}; its libraries are {(known.Length == 0 ? "none" : string.Join(", ", known))}"];
    });

    private nint Resolve(Assembly assembly, string name)
    {
        IReadOnlyList<string> candidates = FindCandidates(name);
        if (candidates.Count == 0)
        {
            // Zero lets the runtime ask other handlers.
            return 0;
        }

        var failures = new List<string>();
        foreach (string path in candidates)
        {
            try
            {
                lock (_gate)
                {
                    return Load(path, []);
                }
            }
            catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
            {
                failures.Add($"{path}: {NativeLibraryReport.GetReason(exception)}");
            }
        }

        throw new DllNotFoundException($"The split package has '{name}', but it cannot be loaded. {string.Join("; ", failures)}.");
    }

    private nint Load(string path, HashSet<string> loading)
    {
        // Libraries may need each other in a circle; one that is being loaded is not loaded again.
        if (_loaded.TryGetValue(path, out nint handle) || !loading.Add(path))
        {
            return handle;
        }

        if (ElfImage.TryRead(path) is { } image)
        {
            if (image.Objection is { } objection)
            {
                throw new DllNotFoundException(objection);
            }

            foreach (string needed in image.Needed)
            {
                if (_files.TryGetValue(needed, out List<string>? paths)
                    && paths.Find(candidate => ElfImage.TryRead(candidate)?.Objection is null) is { } dependency)
                {
                    Load(dependency, loading);
                }
            }
        }

        return _loaded[path] = NativeLibrary.Load(path);
    }

    private void AddOwnNames()
    {
        foreach (string path in Files.ToList())
        {
            if (ElfImage.TryRead(path)?.Name is { } name)
            {
                Add(name, path);
            }
        }
    }

    private void Add(string name, string path)
    {
        if (!_files.TryGetValue(name, out List<string>? paths))
        {
            _files[name] = paths = [];
        }

        if (!paths.Contains(path))
        {
            paths.Add(path);
        }
    }
}

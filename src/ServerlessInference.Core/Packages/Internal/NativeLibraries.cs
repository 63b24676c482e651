using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ServerlessInference.Packages;

/// <summary>Lets the runtime find the native libraries of a split package.</summary>
/// <remarks>
/// <para>The runtime raises <see cref="AssemblyLoadContext.ResolvingUnmanagedDll"/>, under JIT as well as in a native program, for a P/Invoke
/// whose library lies neither beside the program nor where the system looks. The system's own loader looks into no folder that came to be
/// after the start (<c>LD_LIBRARY_PATH</c> is read once), so what a library needs is loaded before it, found by its file's name or by the
/// name that it gives itself (<c>DT_SONAME</c>): the system then takes what is there.</para>
/// <para>Thread-safe. What was loaded stays loaded, as the runtime keeps it too.</para>
/// </remarks>
internal sealed class NativeLibraries : IDisposable
{
    private readonly Dictionary<string, List<string>> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, nint> _loaded = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Creates an index of the libraries among files, and begins to answer the runtime.</summary>
    public NativeLibraries(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            string name = Path.GetFileName(file);
            if (IsLibrary(name))
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

    /// <summary>Gets the libraries' files.</summary>
    public IEnumerable<string> Files => _files.Values.SelectMany(paths => paths).Distinct().Order(StringComparer.Ordinal);

    public void Dispose() => AssemblyLoadContext.Default.ResolvingUnmanagedDll -= Resolve;

    /// <summary>Tells a library from other files by its name: <c>libx.so</c>, <c>libx.so.1.2</c>, <c>x.dll</c>, <c>libx.dylib</c>.</summary>
    public static bool IsLibrary(string name) =>
        OperatingSystem.IsWindows() ? name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
        : OperatingSystem.IsMacOS() ? name.EndsWith(".dylib", StringComparison.Ordinal)
        : name.EndsWith(".so", StringComparison.Ordinal) || name.Contains(".so.", StringComparison.Ordinal);

    /// <summary>Gives the file names that a name may mean, the likeliest first.</summary>
    public static string[] FileNames(string name) =>
        OperatingSystem.IsWindows() ? [name + ".dll", name]
        : OperatingSystem.IsMacOS() ? [$"lib{name}.dylib", name + ".dylib", name, "lib" + name]
        : name.Contains(".so", StringComparison.Ordinal) ? [name, "lib" + name]
        : [$"lib{name}.so", name + ".so", name, "lib" + name];

    /// <summary>Gives the files that a name may mean and that are for this processor.</summary>
    public IReadOnlyList<string> Find(string name)
    {
        IReadOnlyList<string> candidates = Candidates(name);
        return [.. candidates.Where(path => ElfImage.TryRead(path)?.Objection is null)];
    }

    /// <summary>Gives the files that a name may mean.</summary>
    public IReadOnlyList<string> Candidates(string name)
    {
        foreach (string file in FileNames(name))
        {
            if (_files.TryGetValue(file, out List<string>? paths))
            {
                return paths;
            }
        }

        return [];
    }

    private nint Resolve(Assembly assembly, string name)
    {
        IReadOnlyList<string> candidates = Candidates(name);
        if (candidates.Count == 0)
        {
            return 0; // another handler may know it
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
                failures.Add($"{path}: {NativeLibraryReport.Reason(exception)}");
            }
        }

        throw new DllNotFoundException($"The split package has '{name}', but it cannot be loaded. {string.Join("; ", failures)}.");
    }

    private nint Load(string path, HashSet<string> loading)
    {
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
                if (_files.TryGetValue(needed, out List<string>? paths) && paths.Find(candidate => ElfImage.TryRead(candidate)?.Objection is null) is { } dependency)
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

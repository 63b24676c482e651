using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;

namespace ServerlessInference.Packages;

/// <summary>Lets the runtime find the managed assemblies of a split package. A native program cannot load assemblies.</summary>
[RequiresUnreferencedCode(Message)]
[RequiresDynamicCode(Message)]
internal sealed class ManagedAssemblies : IDisposable
{
    public const string Message =
        "Managed assemblies of a split package are loaded at run time, which neither a native nor a trimmed program can do.";

    private readonly Dictionary<string, string> _files = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates an index of the assemblies among the files, and starts to provide them to the runtime.</summary>
    /// <param name="files">The names within the package and the paths.</param>
    public ManagedAssemblies(IEnumerable<KeyValuePair<string, string>> files)
    {
        foreach ((string name, string path) in files)
        {
            if (name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            {
                // Satellite assemblies are in a directory with the name of their culture: de/App.resources.dll.
                string file = Path.GetFileNameWithoutExtension(name);
                string key = file.EndsWith(".resources", StringComparison.OrdinalIgnoreCase)
                    ? $"{Path.GetFileName(Path.GetDirectoryName(name))}/{file}"
                    : file;
                _files.TryAdd(key, path);
            }
        }

        AssemblyLoadContext.Default.Resolving += Resolve;
    }

    public void Dispose() => AssemblyLoadContext.Default.Resolving -= Resolve;

    private Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        string key = string.IsNullOrEmpty(name.CultureName) ? name.Name! : $"{name.CultureName}/{name.Name}";
        return _files.TryGetValue(key, out string? path) ? context.LoadFromAssemblyPath(path) : null;
    }
}

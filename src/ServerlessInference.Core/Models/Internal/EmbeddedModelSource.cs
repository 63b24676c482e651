using System.Reflection;

namespace ServerlessInference.Models;

/// <summary>A model in the embedded resources of an assembly, for models small enough to ship with the code.</summary>
/// <remarks>
/// Embed a folder with <c>&lt;EmbeddedResource Include="model/**" LogicalName="model/%(RecursiveDir)%(Filename)%(Extension)" /&gt;</c>
/// and pass the prefix <c>model/</c>. The version is that of the assembly, which changes with its content. Thread-safe.
/// </remarks>
internal sealed class EmbeddedModelSource : IModelSource
{
    private readonly Assembly _assembly;
    private readonly string _prefix;

    /// <summary>Creates a source.</summary>
    /// <param name="assembly">The assembly with the resources.</param>
    /// <param name="prefix">The prefix of the model's resource names; the rest of each name is the name of the file.</param>
    public EmbeddedModelSource(Assembly assembly, string prefix)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentNullException.ThrowIfNull(prefix);
        _assembly = assembly;
        _prefix = prefix;
        Description = $"embedded:{assembly.GetName().Name}/{prefix}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(Version);

    /// <inheritdoc/>
    public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        var files = new List<ModelFile>();
        foreach (string name in _assembly.GetManifestResourceNames())
        {
            if (name.StartsWith(_prefix, StringComparison.Ordinal) && name.Length > _prefix.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                files.Add(ModelFile.InMemory(name[_prefix.Length..].Replace('\\', '/'), Read(name)));
            }
        }

        return files.Count > 0
            ? ValueTask.FromResult(new ModelArtifact(Description, Version, files))
            : throw new ModelLoadException(
                $"No resource of {_assembly.GetName().Name} starts with '{_prefix}'. Embed the model's files with a LogicalName that " +
                "starts with this prefix.");
    }

    // A deterministic build derives the module version id from the assembly's content, including its resources. Reading it is free, whereas
    // hashing the resources would cost start-up time.
    private string Version => _assembly.ManifestModule.ModuleVersionId.ToString("N")[..16];

    private byte[] Read(string name)
    {
        using Stream stream = _assembly.GetManifestResourceStream(name)!;
        byte[] content = GC.AllocateUninitializedArray<byte>(checked((int)stream.Length));
        stream.ReadExactly(content);
        return content;
    }
}

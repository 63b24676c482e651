using System.Reflection;

namespace ServerlessInference.Models;

/// <summary>A model among an assembly's embedded resources, for models small enough to travel with the code.</summary>
/// <remarks>
/// Embed a folder with <c>&lt;EmbeddedResource Include="model/**" LogicalName="model/%(RecursiveDir)%(Filename)%(Extension)" /&gt;</c>
/// and name the prefix <c>model/</c>. The version is the assembly's: a build with other content has another one. Thread-safe.
/// </remarks>
public sealed class EmbeddedModelSource : IModelSource
{
    private readonly Assembly _assembly;
    private readonly string _prefix;

    /// <summary>Creates a source.</summary>
    /// <param name="assembly">The assembly with the resources.</param>
    /// <param name="prefix">What the names of the model's resources begin with; the rest of each name is the file's.</param>
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
                $"No resource of {_assembly.GetName().Name} begins with '{_prefix}'. Embed the model's files with that prefix as their LogicalName.");
    }

    // A deterministic build derives the module's version id from its content, resources included, and reading it costs nothing.
    private string Version => _assembly.ManifestModule.ModuleVersionId.ToString("N")[..16];

    private byte[] Read(string name)
    {
        using Stream stream = _assembly.GetManifestResourceStream(name)!;
        byte[] content = GC.AllocateUninitializedArray<byte>(checked((int)stream.Length));
        stream.ReadExactly(content);
        return content;
    }
}

using System.Diagnostics.CodeAnalysis;
using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Models;

/// <summary>The files of a model as provided by its source, with their version.</summary>
/// <remarks>
/// <para>Apart from the <c>.onnx</c> (or <c>.ort</c>) file, these may be external data, labels, <c>vocab.txt</c>, <c>tokenizer.json</c>,
/// <c>config.json</c> and <c>preprocessor_config.json</c>.</para>
/// <para>Immutable and thread-safe. Disposing it releases the files. The caller of <see cref="IModelSource.LoadAsync"/> disposes it after
/// the session has been disposed.</para>
/// </remarks>
public sealed class ModelArtifact : IDisposable
{
    private readonly Dictionary<string, ModelFile> _files;
    private readonly DerivedObjects _derived = new();
    private readonly IDisposable? _owner;

    /// <summary>Creates an artifact.</summary>
    /// <param name="source">The source that provides it, such as <c>layer:/opt/resnet50</c>.</param>
    /// <param name="version">Its version; different content must have a different version.</param>
    /// <param name="files">Its files, with unique names.</param>
    /// <param name="owner">Disposed together with the artifact, such as a lock on a directory; may be <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">There is no file, or two files have the same name.</exception>
    public ModelArtifact(string source, string version, IEnumerable<ModelFile> files, IDisposable? owner = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(version);
        ArgumentNullException.ThrowIfNull(files);
        Source = source;
        Version = version;
        _owner = owner;
        _files = new Dictionary<string, ModelFile>(StringComparer.Ordinal);
        foreach (ModelFile file in files)
        {
            if (!_files.TryAdd(file.Name, file))
            {
                throw new ArgumentException($"The model from {source} has two files named '{file.Name}'.", nameof(files));
            }
        }

        if (_files.Count == 0)
        {
            throw new ArgumentException($"The model from {source} has no files.", nameof(files));
        }
    }

    /// <summary>
    /// Gets or sets what the chain that gave these files remembers about them; <see langword="null"/> if no chain did. A source that wraps
    /// another one owns the other's artifact.
    /// </summary>
    internal ModelSourceOffer? Offer
    {
        get => field ?? (_owner as ModelArtifact)?.Offer;
        set;
    }

    /// <summary>Gets the source that provided the model.</summary>
    public string Source { get; }

    /// <summary>Gets the version of the model.</summary>
    public string Version { get; }

    /// <summary>Gets the files of the model.</summary>
    public IReadOnlyCollection<ModelFile> Files => _files.Values;

    /// <summary>Gets a file by name.</summary>
    /// <param name="name">The name of the file within the model.</param>
    /// <param name="file">The file.</param>
    /// <returns>Whether the model has a file of that name.</returns>
    public bool TryGetFile(string name, [NotNullWhen(true)] out ModelFile? file) => _files.TryGetValue(name, out file);

    /// <summary>Finds the file that ONNX Runtime loads.</summary>
    /// <param name="name">
    /// The name of the file; <see langword="null"/> for <c>model.onnx</c> or, if there is none, the only <c>.onnx</c> or <c>.ort</c> file.
    /// Prepared models (<c>serverless-inference optimize</c>) are ignored, unless the model that they were made from is missing.
    /// </param>
    /// <returns>The file.</returns>
    /// <exception cref="ModelLoadException">There is no such file, or the choice is ambiguous; the message lists the files.</exception>
    public ModelFile GetModelFile(string? name = null)
    {
        if (name is not null)
        {
            return _files.TryGetValue(name, out ModelFile? named)
                ? named
                : throw new ModelLoadException($"{Source} has no file '{name}'; it has {ListFiles()}. Set the option File to one of them.");
        }

        if (_files.TryGetValue("model.onnx", out ModelFile? conventional) || _files.TryGetValue("onnx/model.onnx", out conventional))
        {
            return conventional;
        }

        return FindOnlyModel(prepared: false)
            ?? FindOnlyModel(prepared: true)
            ?? throw new ModelLoadException($"{Source} has no .onnx or .ort file; it has {ListFiles()}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _owner?.Dispose();

    /// <summary>Finds the only model. Among models prepared from the same one, any will do.</summary>
    private ModelFile? FindOnlyModel(bool prepared)
    {
        ModelFile? only = null;
        string? onlyModel = null;
        foreach (ModelFile file in _files.Values)
        {
            bool isPrepared = PreparedName.TryParse(file.Name, out PreparedName name);
            if (isPrepared != prepared || !IsModel(file.Name))
            {
                continue;
            }

            string model = isPrepared ? name.Model : file.Name;
            if (only is not null && model != onlyModel)
            {
                throw new ModelLoadException(
                    $"{Source} has several models: {ListFiles(modelsOnly: true)}. Set the option File to one of them.");
            }

            only = file;
            onlyModel = model;
        }

        return only;
    }

    internal static bool IsModel(string name) =>
        name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".ort", StringComparison.OrdinalIgnoreCase);

    private string ListFiles(bool modelsOnly = false)
    {
        const int MaxListed = 12;
        var names = new List<string>();
        foreach (string name in _files.Keys)
        {
            if (!modelsOnly || IsModel(name))
            {
                names.Add($"'{name}'");
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names.Count <= MaxListed
            ? string.Join(", ", names)
            : $"{string.Join(", ", names[..MaxListed])} and {names.Count - MaxListed} more";
    }

    /// <summary>Gets an object that is created from the files alone, such as a tokenizer, and creates it on the first call.</summary>
    /// <typeparam name="T">The type of the object.</typeparam>
    /// <param name="owner">The key. Callers that pass equal owners share the object.</param>
    /// <param name="factory">
    /// Creates the object. Concurrent callers wait for it. If it throws, nothing is kept and the next call tries again.
    /// </param>
    /// <returns>The object.</returns>
    public T GetOrCreate<T>(object owner, Func<ModelArtifact, T> factory)
        where T : class => _derived.GetOrCreate(owner, this, factory);
}

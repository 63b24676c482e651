using System.Diagnostics.CodeAnalysis;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Models;

/// <summary>A model as its source gave it: a set of named files with a version.</summary>
/// <remarks>
/// <para>Beside the <c>.onnx</c> (or <c>.ort</c>) file stand external data, labels, <c>vocab.txt</c>, <c>tokenizer.json</c>,
/// <c>config.json</c> and <c>preprocessor_config.json</c>, as far as the model has them.</para>
/// <para>Immutable and thread-safe. Disposing it gives the files free: whoever called <see cref="IModelSource.LoadAsync"/> does so
/// after the session is gone.</para>
/// </remarks>
public sealed class ModelArtifact : IDisposable
{
    private readonly Dictionary<string, ModelFile> _files;
    private readonly List<Derived> _derived = [];
    private readonly IDisposable? _owner;

    /// <summary>Creates an artifact.</summary>
    /// <param name="source">The source that served it, such as <c>layer:/opt/resnet50</c>.</param>
    /// <param name="version">Its version; another content has another version.</param>
    /// <param name="files">Its files, each name once.</param>
    /// <param name="owner">What to dispose with the artifact: a lock on a folder, native memory. May be <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">There is no file, or a name stands twice.</exception>
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
                throw new ArgumentException($"The file '{file.Name}' stands twice in the model from {source}.", nameof(files));
            }
        }

        if (_files.Count == 0)
        {
            throw new ArgumentException($"The model from {source} has no files.", nameof(files));
        }
    }

    /// <summary>Gets the source that served it.</summary>
    public string Source { get; }

    /// <summary>Gets its version.</summary>
    public string Version { get; }

    /// <summary>Gets its files.</summary>
    public IReadOnlyCollection<ModelFile> Files => _files.Values;

    /// <summary>Looks for a file.</summary>
    /// <param name="name">The name inside the model.</param>
    /// <param name="file">The file.</param>
    /// <returns>Whether the model has it.</returns>
    public bool TryGetFile(string name, [NotNullWhen(true)] out ModelFile? file) => _files.TryGetValue(name, out file);

    /// <summary>Finds the file that ONNX Runtime loads.</summary>
    /// <param name="name">
    /// Its name; <see langword="null"/> takes <c>model.onnx</c>, or else the only <c>.onnx</c> or <c>.ort</c> file. Prepared models
    /// (<c>serverless-inference optimize</c>) do not count, except where the model that they were made of is not there.
    /// </param>
    /// <returns>The file.</returns>
    /// <exception cref="ModelLoadException">There is no such file, or more than one could be meant; the message lists what is there.</exception>
    public ModelFile GetModelFile(string? name = null)
    {
        if (name is not null)
        {
            return _files.TryGetValue(name, out ModelFile? named)
                ? named
                : throw new ModelLoadException($"{Source} has no file '{name}'; it has {ListFiles()}. Set the option File to one of them.");
        }

        if (_files.TryGetValue("model.onnx", out ModelFile? usual) || _files.TryGetValue("onnx/model.onnx", out usual))
        {
            return usual;
        }

        return Only(prepared: false) ?? Only(prepared: true) ?? throw new ModelLoadException($"{Source} has no .onnx or .ort file; it has {ListFiles()}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _owner?.Dispose();

    /// <summary>Finds the only model; of models prepared of the same one, any.</summary>
    private ModelFile? Only(bool prepared)
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
                throw new ModelLoadException($"{Source} has several models: {ListFiles(modelsOnly: true)}. Set the option File to one of them.");
            }

            only = file;
            onlyModel = model;
        }

        return only;
    }

    private static bool IsModel(string name) =>
        name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".ort", StringComparison.OrdinalIgnoreCase);

    private string ListFiles(bool modelsOnly = false)
    {
        const int Shown = 12;
        var names = new List<string>();
        foreach (string name in _files.Keys)
        {
            if (!modelsOnly || IsModel(name))
            {
                names.Add($"'{name}'");
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names.Count <= Shown ? string.Join(", ", names) : $"{string.Join(", ", names[..Shown])} and {names.Count - Shown} more";
    }

    /// <summary>Gets what an owner derives from the files alone (a tokenizer), deriving it at the first call.</summary>
    /// <typeparam name="T">What is derived.</typeparam>
    /// <param name="owner">Who asks: two owners do not share, unless they name the same object.</param>
    /// <param name="factory">Derives it; others that ask meanwhile wait. Where it throws, the next call tries again.</param>
    /// <returns>What was derived.</returns>
    public T GetOrCreate<T>(object owner, Func<ModelArtifact, T> factory)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(factory);
        lock (_derived)
        {
            foreach (Derived derived in _derived)
            {
                if (derived.Owner.Equals(owner) && derived.Value is T existing)
                {
                    return existing;
                }
            }

            T created = factory(this);
            _derived.Add(new Derived(owner, created));
            return created;
        }
    }

    private sealed record Derived(object Owner, object Value);
}

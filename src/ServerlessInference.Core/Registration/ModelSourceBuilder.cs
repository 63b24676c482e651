using System.Reflection;
using ServerlessInference.Models;
using ServerlessInference.Models.Http;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Registration;

/// <summary>Selects one source of a model. If several methods are called, the last call wins.</summary>
/// <example>
/// <code>
/// model.From(source =&gt; source.FileSystem("/mnt/models/resnet50", deadline: TimeSpan.FromSeconds(2)));
/// </code>
/// </example>
public sealed class ModelSourceBuilder
{
    /// <summary>The directory in which AWS Lambda makes layers available.</summary>
    /// <remarks>Source: AWS Lambda's documentation, "Packaging your layer content".</remarks>
    public const string LayerRoot = "/opt";

    internal Func<IServiceProvider, IModelSource>? Factory { get; private set; }

    internal TimeSpan? Deadline { get; private set; }

    internal long? MinBytesPerSecond { get; private set; }

    /// <summary>Loads the model from a directory or a file.</summary>
    /// <param name="path">The directory or the model file.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder FileSystem(string path, TimeSpan? deadline = null) => Custom(_ => new FileSystemModelSource(path), deadline);

    /// <summary>Loads the model from a directory or a file on EFS or another network mount. A mount may hang, so set a deadline.</summary>
    /// <param name="path">The directory or the model file, such as <c>/mnt/models/resnet50</c>.</param>
    /// <param name="deadline">
    /// How long it may take, until everything is read, before the next source is tried; <see langword="null"/> for no limit.
    /// </param>
    /// <param name="minBytesPerSecond">
    /// The rate at which the mount must deliver the model before the next source is tried, as an average that is first taken after one
    /// second; <see langword="null"/> for any rate.
    /// </param>
    /// <returns>This builder.</returns>
    /// <remarks>
    /// If there is another source after this one, the model is read once before its session is created. A mount that delivers nothing for 5
    /// seconds, a file that is not a model, and one that is cut off also make the next source take over.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The deadline or the rate is not above zero.</exception>
    public ModelSourceBuilder Efs(string path, TimeSpan? deadline = null, long? minBytesPerSecond = null)
    {
        if (minBytesPerSecond is { } rate)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate, nameof(minBytesPerSecond));
        }

        Custom(_ => new FileSystemModelSource(path, "efs"), deadline);
        MinBytesPerSecond = minBytesPerSecond;
        return this;
    }

    /// <summary>Copies the model from EFS or another network mount into the store, verifies it, and loads it from there.</summary>
    /// <param name="path">The directory, the model file or the archive, such as <c>/mnt/models/resnet50.tar.gz</c>.</param>
    /// <param name="copy">Configures how the model is copied and verified.</param>
    /// <param name="deadline">How long copying may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    /// <remarks>
    /// Use it for archives, and for mounts on which memory-mapped files are slow. In a URI: <c>efs:/mnt/models/resnet50#copy=true</c>,
    /// followed by settings such as <c>&amp;sha256=…</c>.
    /// </remarks>
    public ModelSourceBuilder Efs(string path, Action<RemoteModelOptions> copy, TimeSpan? deadline = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(copy);
        return Custom(services => FileModelSourceFactory.Create(path, "efs", string.Empty, services, copy), deadline);
    }

    /// <summary>Loads the model from a layer of AWS Lambda, which is available below <c>/opt</c>.</summary>
    /// <param name="path">The path within the layer, such as <c>resnet50</c>.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Layer(string path, TimeSpan? deadline = null) =>
        Custom(_ => new FileSystemModelSource(Path.Combine(LayerRoot, path), "layer"), deadline);

    /// <summary>Loads the model from embedded resources.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="prefix">The prefix of the model's resource names, such as <c>model/</c>.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Embedded(Assembly assembly, string prefix) => Custom(_ => new EmbeddedModelSource(assembly, prefix));

    /// <summary>Downloads the model from a web server: a single file, or an archive.</summary>
    /// <param name="uri">
    /// The address, such as <c>https://host/model.tar.gz#sha256=…</c>; the fragment after <c>#</c> contains settings.
    /// </param>
    /// <param name="configure">Configures how the model is downloaded and verified; may be <see langword="null"/>.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Http(string uri, Action<RemoteModelOptions>? configure = null, TimeSpan? deadline = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        return Custom(services => HttpModelSourceFactory.Create(uri, services, configure), deadline);
    }

    /// <summary>Loads the model from a URI.</summary>
    /// <param name="uri">
    /// <c>layer:NAME</c>, <c>file:PATH</c>, <c>efs:PATH</c> (copied into the store with <c>#copy=true</c>), <c>https://…</c>, a scheme that
    /// another package adds, such as <c>s3://…</c>, or a pointer to such a URI: <c>env:VARIABLE</c>, <c>pointer-file:PATH</c>.
    /// </param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Uri(string uri, TimeSpan? deadline = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        return Custom(services => ModelSourceResolver.Resolve(uri, services), deadline);
    }

    /// <summary>Loads the model from the place that a pointer names: an environment variable, a file, Parameter Store.</summary>
    /// <param name="configure">Selects the pointer.</param>
    /// <param name="sources">
    /// Creates sources from what the pointer says; <see langword="null"/> takes it as the URI of a single source.
    /// </param>
    /// <param name="deadline">
    /// How long the pointer and its sources may take before the next source is tried; <see langword="null"/> for no limit.
    /// </param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">No pointer was selected.</exception>
    public ModelSourceBuilder ByPointer(
        Action<ModelPointerBuilder> configure,
        Action<ModelPointerValue, ModelSourceChainBuilder>? sources = null,
        TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var pointer = new ModelPointerBuilder();
        configure(pointer);
        return Custom(pointer.Build(sources), deadline);
    }

    /// <summary>Loads the model from a custom source.</summary>
    /// <param name="factory">Creates the source; called once.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Custom(Func<IServiceProvider, IModelSource> factory, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (deadline is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(deadline));
        }

        Factory = factory;
        Deadline = deadline;
        MinBytesPerSecond = null;
        return this;
    }

    /// <summary>Lets a caller select a source, and returns the selection.</summary>
    internal static ModelSourceRegistration Register(Action<ModelSourceBuilder> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var builder = new ModelSourceBuilder();
        source(builder);
        return builder.Factory is { } factory
            ? new ModelSourceRegistration(factory, builder.Deadline, builder.MinBytesPerSecond)
            : throw new ArgumentException(
                "No source was selected. Call FileSystem, Embedded, Http, ByPointer, Uri, Custom or a method of another package.",
                nameof(source));
    }
}

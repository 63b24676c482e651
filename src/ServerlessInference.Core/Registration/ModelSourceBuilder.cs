using System.Reflection;
using ServerlessInference.Models;
using ServerlessInference.Models.Http;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Registration;

/// <summary>Names one source of a model; the last call wins.</summary>
public sealed class ModelSourceBuilder
{
    /// <summary>Where Lambda unpacks layers. Source: AWS Lambda's documentation, "Packaging your layer content".</summary>
    public const string LayerRoot = "/opt";

    internal Func<IServiceProvider, IModelSource>? Factory { get; private set; }

    internal TimeSpan? Deadline { get; private set; }

    /// <summary>Takes the model from a folder or a file.</summary>
    /// <param name="path">The folder or the model file.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder FileSystem(string path, TimeSpan? deadline = null) => Custom(_ => new FileSystemModelSource(path), deadline);

    /// <summary>Takes the model from a folder or a file on EFS or another network mount, which may hang: give it a deadline.</summary>
    /// <param name="path">The folder or the model file, such as <c>/mnt/models/resnet50</c>.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Efs(string path, TimeSpan? deadline = null) => Custom(_ => new FileSystemModelSource(path, "efs"), deadline);

    /// <summary>Copies the model from EFS or another network mount into the store, verified, and uses it from there: for mounts that are slow to map, and for archives.</summary>
    /// <param name="path">The folder, the model file or the archive, such as <c>/mnt/models/resnet50.tar.gz</c>.</param>
    /// <param name="copy">Sets how it is copied and checked.</param>
    /// <param name="deadline">How long the copying may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    /// <remarks>In a URI: <c>efs:/mnt/models/resnet50#copy=true</c>, followed by settings as <c>&amp;sha256=…</c>.</remarks>
    public ModelSourceBuilder Efs(string path, Action<RemoteModelOptions> copy, TimeSpan? deadline = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(copy);
        return Custom(services => FileModelSourceFactory.Create(path, "efs", string.Empty, services, copy), deadline);
    }

    /// <summary>Takes the model from a Lambda layer, which Lambda unpacks under <c>/opt</c>.</summary>
    /// <param name="path">The path inside the layer, such as <c>resnet50</c>.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Layer(string path, TimeSpan? deadline = null) =>
        Custom(_ => new FileSystemModelSource(Path.Combine(LayerRoot, path), "layer"), deadline);

    /// <summary>Takes the model from embedded resources.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="prefix">What the names of the model's resources begin with, such as <c>model/</c>.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Embedded(Assembly assembly, string prefix) => Custom(_ => new EmbeddedModelSource(assembly, prefix));

    /// <summary>Takes the model from a web server: a file of its own, or an archive.</summary>
    /// <param name="uri">Its address, such as <c>https://host/model.tar.gz#sha256=…</c>; what stands behind the <c>#</c> are settings.</param>
    /// <param name="configure">Sets how it is fetched and checked; may be <see langword="null"/>.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Http(string uri, Action<RemoteModelOptions>? configure = null, TimeSpan? deadline = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        return Custom(services => HttpModelSourceFactory.Create(uri, services, configure), deadline);
    }

    /// <summary>Takes the model from where a URI points.</summary>
    /// <param name="uri">
    /// <c>layer:NAME</c>, <c>file:PATH</c>, <c>efs:PATH</c> (with <c>#copy=true</c> copied into the store), <c>https://…</c>, a scheme that another package adds,
    /// such as <c>s3://…</c>, or a pointer to such a URI: <c>env:VARIABLE</c>, <c>pointer-file:PATH</c>.
    /// </param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>This builder.</returns>
    public ModelSourceBuilder Uri(string uri, TimeSpan? deadline = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        return Custom(services => ModelSourceResolver.Resolve(uri, services), deadline);
    }

    /// <summary>Takes the model from a source of your own.</summary>
    /// <param name="factory">Creates the source, once.</param>
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
        return this;
    }

    /// <summary>Lets a caller name a source, and gives what it named.</summary>
    internal static ModelSourceRegistration Register(Action<ModelSourceBuilder> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var builder = new ModelSourceBuilder();
        source(builder);
        return builder.Factory is { } factory
            ? new ModelSourceRegistration(factory, builder.Deadline)
            : throw new ArgumentException("No source was named. Call FileSystem, Efs, Layer, Embedded, Http, ByPointer, Uri or Custom.", nameof(source));
    }
}

using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Registration;

/// <summary>Creates model sources with the services that are registered, such as the options of the store.</summary>
/// <remarks>
/// For code that needs a source without registering a model, and for packages that add their own kinds of sources
/// (<see cref="IModelSourceFactory"/>). Thread-safe.
/// </remarks>
public static class ModelSources
{
    /// <summary>Creates the source that a URI refers to.</summary>
    /// <param name="uri">
    /// <c>layer:NAME</c>, <c>file:PATH</c>, <c>https://…</c>, or a scheme that another package adds, such as <c>s3://…</c>.
    /// </param>
    /// <param name="services">The service provider in which packages have registered their <see cref="IModelSourceFactory"/>.</param>
    /// <returns>The source. It has not been accessed yet.</returns>
    /// <exception cref="ModelLoadException">The scheme is not registered; the message lists the registered ones.</exception>
    public static IModelSource FromUri(string uri, IServiceProvider services)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        ArgumentNullException.ThrowIfNull(services);
        return ModelSourceResolver.Resolve(uri, services);
    }

    /// <summary>Creates a source that downloads a model from a server, and keeps it in the store or in memory.</summary>
    /// <param name="model">The model on the server.</param>
    /// <param name="options">How it is downloaded; do not change the options afterwards.</param>
    /// <param name="services">
    /// The service provider. The source uses its <see cref="ModelStoreOptions"/>, <see cref="TimeProvider"/> and logging. An
    /// <see cref="IProgress{T}"/> of <see cref="TransferProgress"/> is notified of every piece that is read, from several threads at once.
    /// </param>
    /// <returns>The source. It has not been accessed yet.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or a SHA-256 is pinned for a folder.</exception>
    public static IModelSource FromRemote(IRemoteModel model, RemoteModelOptions options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        return RemoteModelSource.Create(services, model, options);
    }

    /// <summary>Creates a source that reads the URI of a model from a pointer, and caches the URI for 30 seconds.</summary>
    /// <param name="modelPointer">The pointer.</param>
    /// <param name="services">The service provider in which packages have registered their <see cref="IModelSourceFactory"/>.</param>
    /// <returns>The source. It has not been accessed yet.</returns>
    public static IModelSource FromPointer(IModelPointer modelPointer, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(modelPointer);
        ArgumentNullException.ThrowIfNull(services);
        return ModelPointerBuilder.CreateSource(services, modelPointer, ModelPointerBuilder.DefaultLifetime, null);
    }
}

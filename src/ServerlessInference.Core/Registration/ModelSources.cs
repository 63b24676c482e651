using ServerlessInference.Models;

namespace ServerlessInference.Registration;

/// <summary>Creates model sources without registering a model.</summary>
/// <remarks>Thread-safe.</remarks>
public static class ModelSources
{
    /// <summary>Creates the source that a URI refers to.</summary>
    /// <param name="uri"><c>layer:NAME</c>, <c>file:PATH</c>, <c>https://…</c>, or a scheme that another package adds, such as <c>s3://…</c>.</param>
    /// <param name="services">The service provider in which packages have registered their <see cref="IModelSourceFactory"/>.</param>
    /// <returns>The source. It has not been accessed yet.</returns>
    /// <exception cref="ModelLoadException">The scheme is not registered; the message lists the registered ones.</exception>
    public static IModelSource FromUri(string uri, IServiceProvider services)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        ArgumentNullException.ThrowIfNull(services);
        return ModelSourceResolver.Resolve(uri, services);
    }
}

namespace ServerlessInference.Models;

/// <summary>Makes sources outside of a model's registration.</summary>
/// <remarks>Thread-safe.</remarks>
public static class ModelSources
{
    /// <summary>Makes the source of a URI.</summary>
    /// <param name="uri"><c>layer:NAME</c>, <c>file:PATH</c>, <c>https://…</c>, or a scheme that another package adds, such as <c>s3://…</c>.</param>
    /// <param name="services">The services, among which packages have registered their <see cref="IModelSourceFactory"/>.</param>
    /// <returns>The source; nothing is asked of it yet.</returns>
    /// <exception cref="ModelLoadException">No source has that scheme; the message lists those that are registered.</exception>
    public static IModelSource FromUri(string uri, IServiceProvider services)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        ArgumentNullException.ThrowIfNull(services);
        return ModelSourceResolver.Resolve(uri, services);
    }
}

using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events;

/// <summary>The state that the routes of a function share.</summary>
internal sealed class RouteContext
{
    private IInputFetcher? _fetcher;

    /// <summary>
    /// Gets or sets a value indicating whether a model answers the messages of queues. If so, and if nothing answers S3 notifications,
    /// notifications in messages are ordinary messages.
    /// </summary>
    public bool HasQueue { get; set; }

    /// <summary>Gets or sets a value indicating whether a model answers S3 notifications.</summary>
    public bool HasObjects { get; set; }

    /// <summary>Gets or sets a value indicating whether a model answers SNS notifications.</summary>
    public bool HasTopic { get; set; }

    /// <summary>
    /// Returns the fetcher of inputs that are references. All routes use the same one, so that they share its connections.
    /// </summary>
    /// <returns>The fetcher; <see langword="null"/> if the route allows no references.</returns>
    public IInputFetcher? GetFetcher(FunctionServices services, ReferenceOptions? options) =>
        options is null ? null : _fetcher ??= options.CreateFetcher(services);
}

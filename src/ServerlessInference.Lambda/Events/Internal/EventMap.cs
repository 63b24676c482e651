namespace ServerlessInference.Lambda;

/// <summary>What the routes of a function have in common.</summary>
internal sealed class EventMap
{
    private IInputFetcher? _fetcher;

    /// <summary>Gets or sets a value indicating whether a model answers the messages of queues; then notifications of S3 in them are for it only where nothing answers those.</summary>
    public bool HasQueue { get; set; }

    /// <summary>Gets or sets a value indicating whether a model answers notifications of S3.</summary>
    public bool HasObjects { get; set; }

    /// <summary>Gets what fetches inputs by reference: one for all routes, so that they share its connections; <see langword="null"/> where nothing may be named.</summary>
    public IInputFetcher? Fetcher(FunctionServices services, ReferenceOptions? options) =>
        options is null ? null : _fetcher ??= options.CreateFetcher(services);
}

namespace ServerlessInference;

/// <summary>Describes why one source of a chain could not provide a model.</summary>
/// <param name="Source">The source, such as <c>layer:/opt/resnet50</c>.</param>
/// <param name="Reason">What went wrong, in one sentence.</param>
/// <param name="Elapsed">How long the source was tried.</param>
/// <param name="Exception">The cause, if there is one.</param>
public sealed record ModelSourceFailure(string Source, string Reason, TimeSpan Elapsed, Exception? Exception);

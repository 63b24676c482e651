namespace ServerlessInference.Models;

/// <summary>Why one source of a chain did not serve a model.</summary>
/// <param name="Source">The source, such as <c>layer:/opt/resnet50</c>.</param>
/// <param name="Reason">What went wrong, in a sentence.</param>
/// <param name="Elapsed">How long the source was tried.</param>
/// <param name="Exception">The cause, where there is one.</param>
public sealed record ModelSourceFailure(string Source, string Reason, TimeSpan Elapsed, Exception? Exception);

namespace ServerlessInference.Models;

/// <summary>One source of a chain.</summary>
/// <param name="Source">The source.</param>
/// <param name="Deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
internal sealed record ModelSourceChainLink(IModelSource Source, TimeSpan? Deadline = null);

namespace ServerlessInference.Models;

/// <summary>One source of a chain.</summary>
/// <param name="Source">The source.</param>
/// <param name="Deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
/// <param name="MinBytesPerSecond">
/// The rate at which a mount must deliver the model before the next source is tried; <see langword="null"/> for any.
/// </param>
internal sealed record ModelSourceChainLink(IModelSource Source, TimeSpan? Deadline = null, long? MinBytesPerSecond = null);

using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Where an input lies that is not in the event: an object, or a URL.</summary>
/// <param name="Item">The object; <see langword="null"/> for a URL.</param>
/// <param name="Url">The URL; <see langword="null"/> for an object.</param>
internal sealed record InputReference(ObjectReference? Item, Uri? Url);

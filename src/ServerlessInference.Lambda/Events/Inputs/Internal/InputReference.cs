using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>The location of an input that is not in the event: an object in S3, or a URL.</summary>
/// <param name="Item">The object; <see langword="null"/> for a URL.</param>
/// <param name="Url">The URL; <see langword="null"/> for an object.</param>
internal sealed record InputReference(ObjectReference? Item, Uri? Url);

namespace ServerlessInference.Lambda;

/// <summary>One record of a batch, as far as it concerns a model.</summary>
/// <param name="Origin">The ARN of the queue or stream.</param>
/// <param name="Id">What Lambda calls the record by when it failed.</param>
/// <param name="Group">The group in which order matters; <see langword="null"/> for none.</param>
/// <param name="Input">The input's bytes.</param>
/// <param name="Error">Why there are none.</param>
internal sealed record BatchRecord(string Origin, string Id, string? Group, ReadOnlyMemory<byte> Input, InvalidInputException? Error);

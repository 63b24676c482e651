namespace ServerlessInference.Lambda;

/// <summary>One record of a batch, as far as it concerns a model.</summary>
/// <param name="Origin">The ARN of the queue or stream, or the bucket.</param>
/// <param name="Id">What Lambda calls the record by when it failed. Objects that came in one message share it.</param>
/// <param name="Group">The group in which order matters; <see langword="null"/> for none.</param>
/// <param name="Input">The input's bytes, or where they lie.</param>
/// <param name="Error">Why there is no input.</param>
internal sealed record BatchRecord(string Origin, string Id, string? Group, RecordInput Input, InvalidInputException? Error)
{
    /// <summary>Gets when the record came into being, as its service says.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Gets the model that the record names, where records may.</summary>
    public string? Model { get; init; }
}

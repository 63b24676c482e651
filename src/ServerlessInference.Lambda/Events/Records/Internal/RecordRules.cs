namespace ServerlessInference.Lambda.Events.Records;

/// <summary>The rules for the records of a service.</summary>
/// <param name="SkipInvalidRecords">Whether an invalid record is written to the sink as an error and then skipped.</param>
/// <param name="InOrder">Whether the first failed record ends the batch, as in a stream.</param>
/// <param name="Limits">The limits of inputs that are references; <see langword="null"/> if references are not allowed.</param>
internal sealed record RecordRules(bool SkipInvalidRecords, bool InOrder, ReferenceOptions? Limits)
{
    /// <summary>
    /// Gets a value indicating whether results of one group are written together, as those of a stream are. Otherwise they are written one
    /// by one.
    /// </summary>
    public bool WritesGroupsTogether { get; init; }

    /// <summary>Gets a value indicating whether results of records with the same key are written in the order of the records.</summary>
    public bool OrderedWrites { get; init; }
}

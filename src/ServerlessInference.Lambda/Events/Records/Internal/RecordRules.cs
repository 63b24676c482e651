namespace ServerlessInference.Lambda;

/// <summary>How the records of a service are treated.</summary>
/// <param name="PassOverUnusable">Whether a record that can never be answered is written to the sink as an error and passed over.</param>
/// <param name="InOrder">Whether the first record that failed ends the batch, as in a stream.</param>
/// <param name="Limits">How inputs by reference are fetched; <see langword="null"/> where there are none.</param>
internal sealed record RecordRules(bool PassOverUnusable, bool InOrder, ReferenceOptions? Limits);

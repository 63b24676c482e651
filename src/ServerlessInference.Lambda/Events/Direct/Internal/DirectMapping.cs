using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Direct;

/// <summary>A model that answers direct calls.</summary>
internal sealed record DirectMapping(string Model, ResultTarget? Target, DirectOptions Options)
{
    private const int MaxMaxInputs = 10_000;

    public RecordProcessor? Processor { get; set; }

    // The error of an invalid input is written to the sink, and the caller gets it in any case.
    public RecordRules Rules => new(SkipInvalidRecords: true, InOrder: false, Options.ReferencesOrNull);

    public void Validate(ICollection<string> failures)
    {
        Options.ReferencesOrNull?.Validate("MapDirect", failures);
        if (Options.MaxInputs is < 1 or > MaxMaxInputs)
        {
            failures.Add($"MapDirect: MaxInputs is {Options.MaxInputs}; it must be between 1 and {MaxMaxInputs}.");
        }
    }
}

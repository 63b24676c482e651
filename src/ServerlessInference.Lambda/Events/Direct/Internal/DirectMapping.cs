namespace ServerlessInference.Lambda;

/// <summary>A model that answers direct calls.</summary>
internal sealed record DirectMapping(string Model, DirectOptions Options)
{
    private const int MostInputs = 10_000;

    public RecordProcessor? Processor { get; set; }

    // An error result goes to the sink, and to the caller in any case.
    public RecordRules Rules => new(PassOverUnusable: true, InOrder: false, Options.ReferencesOrNull);

    public void Validate(ICollection<string> failures)
    {
        Options.ReferencesOrNull?.Validate("MapDirect", failures);
        if (Options.MaxInputs is < 1 or > MostInputs)
        {
            failures.Add($"MapDirect: MaxInputs is {Options.MaxInputs}; it must be between 1 and {MostInputs}.");
        }
    }
}

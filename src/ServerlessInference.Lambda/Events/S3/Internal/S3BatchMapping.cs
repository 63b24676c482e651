using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.S3;

/// <summary>A model that answers tasks of S3 Batch Operations.</summary>
internal sealed record S3BatchMapping(string Model, ResultTarget Target, S3BatchOptions Options)
{
    public RecordProcessor? Processor { get; set; }

    public RecordRules Rules => new(Options.WriteErrors, InOrder: false, new ReferenceOptions { MaxBytes = Options.MaxBytes });
}

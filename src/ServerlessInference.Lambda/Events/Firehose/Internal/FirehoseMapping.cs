using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Firehose;

/// <summary>A model that transforms the records of Firehose streams.</summary>
internal sealed record FirehoseMapping(string Model, ResultTarget? Target, FirehoseOptions Options)
{
    public RecordProcessor? Processor { get; set; }

    public RecordRules Rules => new(Options.SkipInvalidRecords, InOrder: false, Limits: null);

    public string Description => Options.Source is null ? $"model '{Model}'" : $"model '{Model}' for '{Options.Source}'";

    public bool Matches(string stream) => Options.Source is null || Options.Source == stream
        || stream.EndsWith(":deliverystream/" + Options.Source, StringComparison.Ordinal);
}

namespace ServerlessInference.Lambda;

/// <summary>Answers batches of records of a service: inputs go to the model together, results to the sink, and Lambda hears which records failed.</summary>
internal sealed class RecordRoute(EventKind kind, EventMap events) : IEventRoute
{
    private readonly List<RecordMapping> _mappings = [];

    public EventKind Kind => kind;

    public string Description => $"{EventShape.Describe(kind)} ({string.Join(", ", _mappings.Select(mapping => mapping.Description))})";

    /// <summary>Adds a mapping.</summary>
    /// <exception cref="InvalidOperationException">Its records are mapped already.</exception>
    public void Add(RecordMapping mapping)
    {
        foreach (RecordMapping existing in _mappings)
        {
            if (existing.Source == mapping.Source || existing.Source is null || mapping.Source is null)
            {
                throw new InvalidOperationException(
                    $"{Description} is mapped already. To answer several queues or streams with models of their own, name each by the option Source.");
            }
        }

        _mappings.Add(mapping);
    }

    // Notifications of S3 in a queue are messages like others where nothing answers them as what they are.
    public bool CanHandle(EventKind other) => other == kind || (kind == EventKind.Sqs && other == EventKind.S3InSqs && !events.HasObjects);

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        foreach (RecordMapping mapping in _mappings)
        {
            mapping.Rules.Limits?.Validate(mapping.Method, failures);
            if (ModelPipelines.Find(services, mapping.Model, mapping.Method, failures) is { } pipeline)
            {
                mapping.Processor = new RecordProcessor(services, mapping.Model, pipeline, mapping.Target.Create(services.Provider), events.Fetcher(services, mapping.Rules.Limits));
            }
        }
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind actual, CancellationToken cancellationToken)
    {
        RecordMapping mapping = _mappings[0];
        List<BatchRecord> records = mapping.Read(invocation.Payload);
        if (records.Count > 0 && !mapping.Takes(records[0].Origin))
        {
            // A batch is of one queue or stream, so the first record tells for all.
            mapping = _mappings.Find(other => other.Takes(records[0].Origin)) ?? throw new InvalidInputException(
                InvalidInputKind.Unprocessable, $"The event was recognised as {EventShape.Describe(actual)} of '{records[0].Origin}', which is not mapped. Mapped: {Description}.");
            records = mapping.Read(invocation.Payload);
        }

        RecordStatus[] statuses = await mapping.Processor!.ProcessAsync(invocation, records, mapping.Rules, cancellationToken).ConfigureAwait(false);
        FailedItems.Write(invocation, statuses, mapping.Rules.InOrder);
    }
}

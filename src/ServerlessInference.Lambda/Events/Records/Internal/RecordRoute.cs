using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>
/// Answers batches of records of one service: passes their inputs to the model, writes the results to a sink, and reports failed records.
/// </summary>
internal sealed class RecordRoute(EventKind kind, RouteContext context) : IEventRoute
{
    private readonly List<RecordMapping> _mappings = [];

    public EventKind Kind => kind;

    public string Description => $"{EventShape.Describe(kind)} ({string.Join(", ", _mappings.Select(mapping => mapping.Description))})";

    /// <summary>Adds a mapping.</summary>
    /// <exception cref="InvalidOperationException">The mapping's records are mapped already.</exception>
    public void Add(RecordMapping mapping)
    {
        foreach (RecordMapping existing in _mappings)
        {
            if (existing.Overlaps(mapping))
            {
                throw new InvalidOperationException(
                    $"{Description} is mapped already. To map several queues or streams to different models, name each of them with the " +
                    $"option Source{(kind == EventKind.EventBridge ? " or DetailType" : string.Empty)}.");
            }
        }

        _mappings.Add(mapping);
    }

    // Events of S3 are treated as ordinary messages if no model answers them.
    public bool CanHandle(EventKind other) => other == kind || (!context.HasObjects && (kind, other) is
        (EventKind.Sqs, EventKind.S3InSqs) or (EventKind.Sns, EventKind.S3InSns) or (EventKind.EventBridge, EventKind.S3EventBridge));

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        foreach (RecordMapping mapping in _mappings)
        {
            mapping.Rules.Limits?.Validate(mapping.Method, failures);
            StreamRules.Validate(mapping.Method, mapping.MaxInflatedBytes, failures);
            if (ModelPipelines.Find(services, mapping.Model, mapping.Method, failures) is { } pipeline)
            {
                IInputFetcher? fetcher = context.GetFetcher(services, mapping.Rules.Limits);
                mapping.Processor = new RecordProcessor(
                    services, mapping.Model, pipeline, mapping.Target.Create(services.Provider), fetcher);
            }
        }
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind actual, CancellationToken cancellationToken)
    {
        RecordMapping mapping = _mappings[0];
        List<BatchRecord> records = mapping.Read(invocation.Payload);
        if (records.Count > 0 && !mapping.Matches(records[0]))
        {
            // All records of a batch come from the same queue or stream, so the first one decides.
            BatchRecord first = records[0];
            mapping = _mappings.Find(other => other.Matches(first)) ?? throw new InvalidInputException(
                InvalidInputKind.Unprocessable,
                $"The event was recognised as {EventShape.Describe(actual)} of '{first.Origin}'" +
                $"{(first.DetailType is { } type ? $" ('{type}')" : string.Empty)}, which is not mapped. Mapped: {Description}.");
            records = mapping.Read(invocation.Payload);
        }

        RecordStatus[] statuses = await mapping.Processor!
            .ProcessAsync(invocation, records, mapping.Rules, cancellationToken).ConfigureAwait(false);
        if (kind is EventKind.Sns or EventKind.EventBridge)
        {
            AsynchronousAnswer.Write(invocation, statuses, "MessagesFailed", "messages");
        }
        else if (kind == EventKind.Kafka)
        {
            FailedItems.WriteKafka(invocation, statuses);
        }
        else
        {
            FailedItems.Write(invocation, statuses, mapping.Rules.InOrder);
        }
    }
}

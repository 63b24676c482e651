using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>Answers events about new objects, however they come.</summary>
internal sealed partial class S3ObjectRoute(EventMap events) : IEventRoute
{
    /// <summary>How many objects the message of a failed invocation names.</summary>
    private const int MostNamed = 20;

    private readonly List<S3ObjectMapping> _mappings = [];
    private ILogger? _logger;

    public string Description => $"S3 objects ({string.Join("; ", _mappings.Select(mapping => mapping.Description))})";

    /// <summary>Adds a mapping.</summary>
    /// <exception cref="InvalidOperationException">Its objects are mapped already.</exception>
    public void Add(S3ObjectMapping mapping)
    {
        foreach (S3ObjectMapping existing in _mappings)
        {
            if (existing.Sources.Count == 0 || mapping.Sources.Count == 0 || existing.Sources.Any(one => mapping.Sources.Any(one.Overlaps)))
            {
                throw new InvalidOperationException(
                    $"S3 objects are mapped to {existing.Description} already, and some would be mapped to {mapping.Description} as well. Give each model Sources that no other one has.");
            }
        }

        _mappings.Add(mapping);
    }

    // Messages of a queue are looked into where nothing else answers them.
    public bool CanHandle(EventKind kind) =>
        kind is EventKind.S3 or EventKind.S3Test or EventKind.Sns or EventKind.S3EventBridge or EventKind.S3InSqs || (kind == EventKind.Sqs && !events.HasQueue);

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        _logger = services.CreateLogger("ServerlessInference.Lambda");
        foreach (S3ObjectMapping mapping in _mappings)
        {
            mapping.Prepare(services, events, failures);
        }

        FindCircles(failures);
    }

    /// <summary>Finds mappings whose results come back to them through others; what comes back directly, each finds by itself.</summary>
    private void FindCircles(ICollection<string> failures)
    {
        foreach (S3ObjectMapping first in _mappings)
        {
            var reached = new List<S3ObjectMapping>();
            for (int i = -1; i < reached.Count; i++)
            {
                S3ObjectMapping last = i < 0 ? first : reached[i];
                if (i >= 0 && last.LeadsTo(first))
                {
                    failures.Add(
                        $"MapS3Objects: results of the {first.Description} lead, by way of the {last.Description}, back to its own source: the function would call itself without end. " +
                        "Let the last results go where nothing listens.");
                    return;
                }

                reached.AddRange(_mappings.Where(next => next != first && !reached.Contains(next) && last.LeadsTo(next)));
            }
        }
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        bool queued = kind is EventKind.S3InSqs or EventKind.Sqs;
        List<BatchRecord> records = NotificationReader.Read(invocation.Payload, kind);
        var statuses = new List<RecordStatus>(records.Count);
        var blocked = new HashSet<string>(StringComparer.Ordinal);
        foreach ((S3ObjectMapping? mapping, List<BatchRecord> some) in Divide(records, queued))
        {
            statuses.AddRange(mapping is null
                ? Refuse(some, blocked)
                : await mapping.Processor!.ProcessAsync(invocation, some, mapping.Rules(queued), cancellationToken, blocked).ConfigureAwait(false));
        }

        if (queued)
        {
            FailedItems.Write(invocation, statuses, inOrder: false);
        }
        else if (statuses.TrueForAll(status => status.IsSettled))
        {
            WriteCounts(invocation, statuses);
        }
        else
        {
            WriteFailure(invocation, statuses);
        }
    }

    /// <summary>
    /// Gives each mapping its objects, all together; in a FIFO queue, where one failure holds back what follows it, only those that follow each other. Objects that no mapping may
    /// answer fail the event before anything is written; in a queue they make a part without a mapping.
    /// </summary>
    private List<(S3ObjectMapping? Mapping, List<BatchRecord> Records)> Divide(List<BatchRecord> records, bool queued)
    {
        var parts = new List<(S3ObjectMapping? Mapping, List<BatchRecord> Records)>();
        foreach (BatchRecord record in records)
        {
            S3ObjectMapping? mapping = null;
            try
            {
                mapping = Find(record);
            }
            catch (InvalidInputException exception) when (queued)
            {
                LogRefused(_logger!, record.Id, exception.Message);
            }

            int first = record.Group is null ? 0 : Math.Max(0, parts.Count - 1);
            int part = parts.FindIndex(first, known => known.Mapping == mapping);
            if (part < 0)
            {
                part = parts.Count;
                parts.Add((mapping, []));
            }

            parts[part].Records.Add(record);
        }

        return parts;
    }

    /// <summary>Reports messages, without a word of them written anywhere.</summary>
    private static IEnumerable<RecordStatus> Refuse(List<BatchRecord> records, HashSet<string> blocked)
    {
        foreach (BatchRecord record in records)
        {
            if (record.Group is { } group)
            {
                blocked.Add(group);
            }

            yield return new RecordStatus(record) { State = RecordState.Unusable };
        }
    }

    private S3ObjectMapping Find(BatchRecord record)
    {
        if (record.Input.Reference?.Item is not { } item)
        {
            // A message that is no notification: the first mapping reports it.
            return _mappings[0];
        }

        S3ObjectMapping mapping = _mappings.Find(candidate => candidate.Takes(item)) ?? throw new InvalidInputException(
            InvalidInputKind.Unprocessable,
            $"The event is about {item}, which no mapping takes. Mapped: {Description}. Correct the notification's filter, or the Sources.");

        // Before anything is written: a function that calls itself is expensive.
        return mapping.FindLoop(item) is { } loop ? throw loop : mapping;
    }

    private static void WriteCounts(Invocation invocation, List<RecordStatus> statuses)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteNumber("answered"u8, statuses.Count(status => status.State == RecordState.Done));
        writer.WriteNumber("passedOver"u8, statuses.Count(status => status.State == RecordState.PassedOver));
        writer.WriteEndObject();
        writer.Flush();
    }

    private static void WriteFailure(Invocation invocation, List<RecordStatus> statuses)
    {
        List<RecordStatus> failed = statuses.FindAll(status => !status.IsSettled);
        IEnumerable<string> named = failed.Take(MostNamed).Select(status => $"{status.Item}: {Reason(status, invocation.Context.RequestId)}");
        string more = failed.Count > MostNamed ? $" And {failed.Count - MostNamed} more." : string.Empty;
        ErrorJson.Write(invocation, new FunctionError(
            "S3ObjectsFailed", $"{failed.Count} of {statuses.Count} objects failed; the others are done. {string.Join(" ", named)}{more}"));
    }

    private static string Reason(RecordStatus status, string requestId) => status switch
    {
        { State: RecordState.Unusable, Result.Error: { } error } => error.Message,
        { State: RecordState.NotReached } => "The time ran out before.",
        _ => $"It failed; request {requestId} in the function's log says why.",
    };

    [LoggerMessage(EventId = 128, Level = LogLevel.Error, Message = "Message {Record} is refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string record, string reason);
}

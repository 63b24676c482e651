using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.S3;

/// <summary>Answers events about new objects in S3, whether they arrive directly or through SNS, SQS or EventBridge.</summary>
internal sealed class S3ObjectRoute(RouteContext context) : IEventRoute
{
    private readonly List<S3ObjectMapping> _mappings = [];
    private ILogger? _logger;

    public string Description => $"S3 objects ({string.Join("; ", _mappings.Select(mapping => mapping.Description))})";

    /// <summary>Adds a mapping.</summary>
    /// <exception cref="InvalidOperationException">The mapping's objects are mapped already.</exception>
    public void Add(S3ObjectMapping mapping)
    {
        foreach (S3ObjectMapping existing in _mappings)
        {
            if (existing.Sources.Count == 0 || mapping.Sources.Count == 0 || existing.Sources.Any(one => mapping.Sources.Any(one.Overlaps)))
            {
                throw new InvalidOperationException(
                    $"S3 objects are mapped to {existing.Description} already, and some of them would be mapped to {mapping.Description} " +
                    "as well. Give each model Sources that do not overlap with those of another model.");
            }
        }

        _mappings.Add(mapping);
    }

    // Messages of a queue or a topic may contain S3 notifications. If no other route answers them, this one does.
    public bool CanHandle(EventKind kind) =>
        kind is EventKind.S3 or EventKind.S3Test or EventKind.S3InSns or EventKind.S3EventBridge or EventKind.S3InSqs
        || (kind == EventKind.Sqs && !context.HasQueue)
        || (kind == EventKind.Sns && !context.HasTopic);

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        _logger = services.CreateLogger(LogMessages.Category);
        foreach (S3ObjectMapping mapping in _mappings)
        {
            mapping.Prepare(services, context, failures);
        }

        FindCycles(failures);
    }

    /// <summary>
    /// Reports mappings whose results return to them by way of other mappings. Each mapping reports results that return directly.
    /// </summary>
    private void FindCycles(ICollection<string> failures)
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
                        $"MapS3Objects: results of the {first.Description} lead, by way of the {last.Description}, back to its own " +
                        "source: the function would call itself without end. Write the last results to a place for which no notification " +
                        "is configured.");
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
        if (records.Count == 0)
        {
            LogMessages.NothingToDo(_logger!, kind);
        }

        var statuses = new List<RecordStatus>(records.Count);
        var blocked = new HashSet<string>(StringComparer.Ordinal);
        foreach ((S3ObjectMapping? mapping, List<BatchRecord> some) in Divide(records, queued))
        {
            statuses.AddRange(mapping is null
                ? Refuse(some, blocked)
                : await mapping.Processor!
                    .ProcessAsync(invocation, some, mapping.Rules(queued), cancellationToken, blocked).ConfigureAwait(false));
        }

        if (queued)
        {
            FailedItems.Write(invocation, statuses, inOrder: false);
        }
        else
        {
            AsynchronousAnswer.Write(invocation, statuses, "S3ObjectsFailed", "objects");
        }
    }

    /// <summary>
    /// Divides the records by their mappings. A mapping gets all its objects together, except for those of a FIFO queue: there a failure
    /// holds back later records of its group, so only consecutive objects are processed together. An object that no mapping answers fails
    /// the event before anything is written; in a queue, such objects make up a part without a mapping.
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
                LogMessages.MessageRefused(_logger!, record.Id, exception.Message);
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

    /// <summary>Reports messages as failed, without writing anything to a sink.</summary>
    private static IEnumerable<RecordStatus> Refuse(List<BatchRecord> records, HashSet<string> blocked)
    {
        foreach (BatchRecord record in records)
        {
            if (record.Group is { } group)
            {
                blocked.Add(group);
            }

            yield return new RecordStatus(record) { State = RecordState.Invalid };
        }
    }

    private S3ObjectMapping Find(BatchRecord record)
    {
        if (record.Input.Reference?.Item is not { } item)
        {
            // A message without an S3 notification: the first mapping reports it.
            return _mappings[0];
        }

        S3ObjectMapping mapping = _mappings.Find(candidate => candidate.Matches(item)) ?? throw new InvalidInputException(
            InvalidInputKind.Unprocessable,
            $"The event is about {item}, which no mapping takes. Mapped: {Description}. Correct the notification's filter, or the " +
            "Sources.");

        // Checked before anything is written, because a function that calls itself without end is expensive.
        return mapping.FindLoop(item) is { } loop ? throw loop : mapping;
    }
}

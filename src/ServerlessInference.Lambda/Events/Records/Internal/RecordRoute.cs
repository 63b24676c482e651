using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServerlessInference.Pipelines;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Answers batches of records: inputs go to the model together, results to the sink one by one, and Lambda hears which records failed.</summary>
internal sealed partial class RecordRoute : IEventRoute
{
    /// <summary>How many records go to the model together: what is written before the time runs out need not come again.</summary>
    private const int ChunkSize = 32;

    private readonly string _model;
    private readonly ResultTarget _target;
    private readonly Func<ReadOnlyMemory<byte>, List<BatchRecord>> _read;
    private readonly StreamOptions? _stream;
    private IEncodedPipeline? _pipeline;
    private IResultSink? _sink;
    private ILogger? _logger;

    /// <summary>Creates a route.</summary>
    /// <param name="kind">Whose records.</param>
    /// <param name="model">The model.</param>
    /// <param name="target">Where results go.</param>
    /// <param name="read">Reads a batch.</param>
    /// <param name="stream">Options of a stream, whose records are in order; <see langword="null"/> for a queue.</param>
    public RecordRoute(EventKind kind, string model, ResultTarget target, Func<ReadOnlyMemory<byte>, List<BatchRecord>> read, StreamOptions? stream)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        Kind = kind;
        _model = model;
        _target = target;
        _read = read;
        _stream = stream;
    }

    public EventKind Kind { get; }

    public string Description => $"{EventShape.Describe(Kind)} (model '{_model}')";

    public bool CanHandle(EventKind kind) => kind == Kind;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        _pipeline = ModelPipelines.Find(services, _model, Kind switch
        {
            EventKind.Sqs => "MapSqs",
            EventKind.Kinesis => "MapKinesis",
            _ => "MapDynamoDbStream",
        }, failures);
        if (_pipeline is not null)
        {
            _sink = _target.Factory!(services.Provider);
            _logger = services.CreateLogger("ServerlessInference.Lambda");
        }
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        List<BatchRecord> records = _read(invocation.Payload);
        var failed = new List<string>();
        var groups = new HashSet<string>(StringComparer.Ordinal);
        for (int start = 0; start < records.Count; start += ChunkSize)
        {
            List<BatchRecord> chunk = records.GetRange(start, Math.Min(ChunkSize, records.Count - start));
            if (!await RunChunkAsync(invocation, chunk, failed, groups, cancellationToken).ConfigureAwait(false))
            {
                // A queue's later messages come again as well; a stream's follow its first failure.
                for (int i = start + ChunkSize; _stream is null && i < records.Count; i++)
                {
                    failed.Add(records[i].Id);
                }

                break;
            }
        }

        Write(invocation, failed);
    }

    /// <summary>Answers some records.</summary>
    /// <returns>Whether to go on; not, when the time ran out or a stream's record failed.</returns>
    private async ValueTask<bool> RunChunkAsync(
        Invocation invocation, List<BatchRecord> chunk, List<string> failed, HashSet<string> groups, CancellationToken cancellationToken)
    {
        IReadOnlyList<InferenceResult>? results = null;
        try
        {
            var inputs = new List<ReadOnlyMemory<byte>>();
            foreach (BatchRecord record in chunk)
            {
                if (record.Error is null)
                {
                    inputs.Add(record.Input);
                }
            }

            results = inputs.Count > 0 ? await _pipeline!.RunAsync(inputs, cancellationToken).ConfigureAwait(false) : [];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogOutOfTime(_logger!, chunk[0].Id);
        }

        int next = 0;
        for (int i = 0; i < chunk.Count; i++)
        {
            BatchRecord record = chunk[i];
            InferenceResult? result = record.Error is { } unusable
                ? InferenceResult.Failed<object>(unusable, new ModelIdentity(_model, "not asked", "none"))
                : results?[next++];
            bool blocked = record.Group is { } group && groups.Contains(group);
            if (!blocked && result is not null && !cancellationToken.IsCancellationRequested
                && await TryWriteAsync(invocation, record, result, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            failed.Add(record.Id);
            if (record.Group is not null)
            {
                groups.Add(record.Group);
            }

            if (_stream is not null)
            {
                return false;
            }
        }

        return !cancellationToken.IsCancellationRequested;
    }

    private async ValueTask<bool> TryWriteAsync(Invocation invocation, BatchRecord record, InferenceResult result, CancellationToken cancellationToken)
    {
        if (result.Error is { } error)
        {
            // A queue moves what fails again and again to where somebody looks at it; a stream would stand still.
            LogUnusable(_logger!, record.Id, error.Message);
            if (error is not InvalidInputException || _stream is not { PassOverUnusable: true })
            {
                return false;
            }
        }

        try
        {
            ReadOnlyMemory<byte> json = default;
            if (result.IsSuccess)
            {
                Utf8JsonWriter writer = invocation.BeginInner();
                _pipeline!.WriteValue(result, writer);
                writer.Flush();
                json = invocation.InnerBuffer.Body;
            }

            await _sink!.WriteAsync(new SinkRecord(record.Origin, record.Id, result, json), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogNotWritten(_logger!, exception, record.Id);
            return false;
        }
    }

    private static void Write(Invocation invocation, List<string> failed)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteStartArray("batchItemFailures"u8);
        foreach (string id in failed)
        {
            writer.WriteStartObject();
            writer.WriteString("itemIdentifier"u8, id);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
    }

    [LoggerMessage(EventId = 120, Level = LogLevel.Warning, Message = "Record {Record} cannot be answered: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string record, string reason);

    [LoggerMessage(EventId = 121, Level = LogLevel.Error, Message = "The result of record {Record} could not be written")]
    private static partial void LogNotWritten(ILogger logger, Exception exception, string record);

    [LoggerMessage(EventId = 122, Level = LogLevel.Error, Message = "The time ran out at record {Record}; it and what follows come again")]
    private static partial void LogOutOfTime(ILogger logger, string record);
}

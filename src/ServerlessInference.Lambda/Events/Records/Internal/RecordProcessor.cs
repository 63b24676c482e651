using Microsoft.Extensions.Logging;
using ServerlessInference.Pipelines;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Takes a batch of records, wherever they come from, to its sink: fetches inputs, infers them together, writes, and knows what became of each.</summary>
internal sealed partial class RecordProcessor
{
    /// <summary>How many records go to the model together: what is written before the time runs out need not come again.</summary>
    private const int Together = 32;

    /// <summary>The same for inputs that are fetched: images of 20 MB each lie in memory at a time.</summary>
    private const int FetchedTogether = 8;

    private readonly FunctionServices _services;
    private readonly IEncodedPipeline _pipeline;
    private readonly RecordInference _inference;
    private readonly RecordWriter _writer;
    private readonly ILogger _logger;

    public RecordProcessor(FunctionServices services, string model, IEncodedPipeline pipeline, IResultSink? sink, IInputFetcher? fetcher)
    {
        _services = services;
        _pipeline = pipeline;
        _logger = services.CreateLogger("ServerlessInference.Lambda");
        _inference = new RecordInference(model, pipeline, fetcher, _logger);
        _writer = new RecordWriter(sink, services.Time, _logger);
        Sink = sink;
    }

    public IResultSink? Sink { get; }

    /// <summary>Answers records.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="records">The records.</param>
    /// <param name="rules">How they are treated.</param>
    /// <param name="cancellationToken">The invocation's.</param>
    /// <param name="blocked">The groups of which a record failed before these; those of which one fails now are added. <see langword="null"/> where these are all.</param>
    /// <returns>What became of each, in their order.</returns>
    /// <exception cref="ModelLoadException">There is no model to answer them: all of them should come again.</exception>
    public async ValueTask<RecordStatus[]> ProcessAsync(Invocation invocation, IReadOnlyList<BatchRecord> records, RecordRules rules, CancellationToken cancellationToken, HashSet<string>? blocked = null)
    {
        var statuses = new RecordStatus[records.Count];
        for (int i = 0; i < statuses.Length; i++)
        {
            statuses[i] = new RecordStatus(records[i]);
        }

        blocked ??= new HashSet<string>(StringComparer.Ordinal);
        TimeSpan expected = TimeSpan.Zero;
        for (int start = 0; start < statuses.Length;)
        {
            // What would not be finished in time is not begun: it comes again as a whole.
            if (cancellationToken.IsCancellationRequested || invocation.Context.RemainingTime < expected)
            {
                break;
            }

            int count = CountTogether(records, start);
            ArraySegment<RecordStatus> chunk = new(statuses, start, count);
            long began = _services.Time.GetTimestamp();
            await _inference.InferAsync(chunk, rules.Limits, cancellationToken).ConfigureAwait(false);
            Serialize(invocation, chunk);
            bool goOn = await _writer.WriteAsync(chunk, rules, blocked, cancellationToken).ConfigureAwait(false);
            expected = _services.Time.GetElapsedTime(began) - WaitedForModel(chunk);
            start += count;
            if (!goOn)
            {
                break;
            }
        }

        if (Array.Find(statuses, status => status.State == RecordState.NotReached && status.Failure is null) is { } first)
        {
            LogNotReached(_logger, first.Record.Id);
        }

        foreach (RecordStatus status in statuses)
        {
            if (!status.IsSettled && status.Record.Group is { } group)
            {
                blocked.Add(group);
            }
        }

        return statuses;
    }

    private static int CountTogether(IReadOnlyList<BatchRecord> records, int start)
    {
        int count = 0, fetched = 0;
        while (start + count < records.Count && count < Together)
        {
            fetched += records[start + count].Input.Reference is null ? 0 : 1;
            if (fetched > FetchedTogether)
            {
                break;
            }

            count++;
        }

        return count;
    }

    // A model that had to be loaded first is no measure for what follows.
    private static TimeSpan WaitedForModel(ArraySegment<RecordStatus> chunk)
    {
        TimeSpan waited = TimeSpan.Zero;
        foreach (RecordStatus status in chunk)
        {
            waited = status.Result is { } result && result.Timings.Waiting > waited ? result.Timings.Waiting : waited;
        }

        return waited;
    }

    private void Serialize(Invocation invocation, ArraySegment<RecordStatus> chunk)
    {
        foreach (RecordStatus status in chunk)
        {
            if (status.Result is not { IsSuccess: true } result)
            {
                continue;
            }

            try
            {
                System.Text.Json.Utf8JsonWriter writer = invocation.BeginInner();
                _pipeline.WriteValue(result, writer);
                writer.Flush();
                status.Json = invocation.InnerBuffer.Body.ToArray();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                status.Failure = exception;
                LogNotSerialized(_logger, exception, status.Record.Id);
            }
        }
    }

    [LoggerMessage(EventId = 122, Level = LogLevel.Error, Message = "The time ran out, or the batch ended, before record {Record}; it and what follows come again")]
    private static partial void LogNotReached(ILogger logger, string record);

    [LoggerMessage(EventId = 125, Level = LogLevel.Error, Message = "The answer to record {Record} cannot be written as JSON")]
    private static partial void LogNotSerialized(ILogger logger, Exception exception, string record);
}

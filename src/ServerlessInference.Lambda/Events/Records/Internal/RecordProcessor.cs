using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Pipelines;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>
/// Processes a batch of records of any service: fetches their inputs, runs the model on several of them together, writes the results to the
/// sink, and determines the outcome of each record.
/// </summary>
/// <remarks>
/// A batch is processed in parts. A part is fetched, run and written completely before the next one begins, so that the records that were
/// written before the time runs out need not be redelivered. A part is not begun if the last one took longer than the time that is left.
/// </remarks>
internal sealed class RecordProcessor
{
    /// <summary>The number of records that the model processes together.</summary>
    private const int BatchSize = 32;

    /// <summary>
    /// The same for inputs that are fetched, because these may be images of 20 MB each, which are in memory at the same time.
    /// </summary>
    private const int FetchBatchSize = 8;

    private readonly FunctionServices _services;
    private readonly IEncodedPipeline _pipeline;
    private readonly RecordInference _inference;
    private readonly RecordWriter _writer;
    private readonly ILogger _logger;

    public RecordProcessor(FunctionServices services, string model, IEncodedPipeline pipeline, IResultSink? sink, IInputFetcher? fetcher)
    {
        _services = services;
        _pipeline = pipeline;
        _logger = services.CreateLogger(LogMessages.Category);
        _inference = new RecordInference(model, pipeline, fetcher, _logger);
        _writer = new RecordWriter(sink, services.Time, _logger);
    }

    /// <summary>Processes records.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="records">The records.</param>
    /// <param name="rules">The rules for these records.</param>
    /// <param name="cancellationToken">The invocation's token.</param>
    /// <param name="blockedGroups">
    /// The groups of which an earlier record has failed; groups of which a record fails here are added. <see langword="null"/> if there are
    /// no earlier records.
    /// </param>
    /// <returns>The outcome of each record, in the order of the records.</returns>
    /// <exception cref="ModelLoadException">The model cannot be loaded, so all records should be redelivered.</exception>
    public async ValueTask<RecordStatus[]> ProcessAsync(
        Invocation invocation,
        IReadOnlyList<BatchRecord> records,
        RecordRules rules,
        CancellationToken cancellationToken,
        HashSet<string>? blockedGroups = null)
    {
        var statuses = new RecordStatus[records.Count];
        for (int i = 0; i < statuses.Length; i++)
        {
            statuses[i] = new RecordStatus(records[i]);
        }

        blockedGroups ??= new HashSet<string>(StringComparer.Ordinal);
        TimeSpan expected = TimeSpan.Zero;
        for (int start = 0; start < statuses.Length;)
        {
            if (cancellationToken.IsCancellationRequested || invocation.Context.RemainingTime < expected)
            {
                break;
            }

            ArraySegment<RecordStatus> part = new(statuses, start, CountPart(records, start));
            long began = _services.Time.GetTimestamp();
            await _inference.InferAsync(part, rules.Limits, cancellationToken).ConfigureAwait(false);
            Serialize(invocation, part);
            bool continues = await _writer.WriteAsync(part, rules, blockedGroups, cancellationToken).ConfigureAwait(false);
            expected = _services.Time.GetElapsedTime(began) - GetModelWait(part);
            start += part.Count;
            if (!continues)
            {
                break;
            }
        }

        Complete(statuses, blockedGroups);
        return statuses;
    }

    private static int CountPart(IReadOnlyList<BatchRecord> records, int start)
    {
        int count = 0, fetched = 0;
        while (start + count < records.Count && count < BatchSize)
        {
            fetched += records[start + count].Input.Reference is null ? 0 : 1;
            if (fetched > FetchBatchSize)
            {
                break;
            }

            count++;
        }

        return count;
    }

    // The first part may have waited until the model was loaded, which says nothing about the time that the next part takes.
    private static TimeSpan GetModelWait(ArraySegment<RecordStatus> part)
    {
        TimeSpan waited = TimeSpan.Zero;
        foreach (RecordStatus status in part)
        {
            waited = status.Result is { } result && result.Timings.Waiting > waited ? result.Timings.Waiting : waited;
        }

        return waited;
    }

    private void Serialize(Invocation invocation, ArraySegment<RecordStatus> part)
    {
        foreach (RecordStatus status in part)
        {
            if (status.Result is not { IsSuccess: true } result)
            {
                continue;
            }

            try
            {
                Utf8JsonWriter writer = invocation.BeginInner();
                _pipeline.WriteValue(result, writer);
                writer.Flush();
                status.Json = invocation.InnerBuffer.Body.ToArray();
            }
            catch (OutOfMemoryException exception)
            {
                status.Result = InferenceResult.Failed<object>(
                    new InvalidInputException(
                        InvalidInputKind.TooLarge,
                        "The answer to the input is larger than the memory that the function has left. Send a smaller input, or give the " +
                        "function more memory.",
                        exception),
                    result.Model,
                    result.Timings);
            }
            catch (Exception exception)
            {
                status.Failure = exception;
                LogMessages.ResultNotSerialized(_logger, exception, status.Record.Id);
            }
        }
    }

    private void Complete(RecordStatus[] statuses, HashSet<string> blockedGroups)
    {
        if (Array.Find(statuses, status => status.State == RecordState.NotReached && status.Failure is null) is { } first)
        {
            LogMessages.RecordNotReached(_logger, first.Record.Id);
        }

        foreach (RecordStatus status in statuses)
        {
            if (!status.IsSettled && status.Record.Group is { } group)
            {
                blockedGroups.Add(group);
            }
        }
    }
}

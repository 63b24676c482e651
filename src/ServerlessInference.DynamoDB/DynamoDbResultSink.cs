using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using ServerlessInference.Results;
using ServerlessInference.Shared;

namespace ServerlessInference.DynamoDB;

/// <summary>Writes results as items of a DynamoDB table.</summary>
/// <remarks>Thread-safe. The AWS SDK is not loaded before the first result is written.</remarks>
public sealed class DynamoDbResultSink : IBatchResultSink
{
    /// <summary>The maximum number of items per request (Amazon DynamoDB API Reference, BatchWriteItem).</summary>
    private const int MaxBatchItems = 25;

    /// <summary>How many conditional puts run at a time.</summary>
    private const int Parallelism = 8;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    private readonly DynamoDbClientProvider _client;
    private readonly ItemFactory _items;
    private readonly TimeProvider _time;

    /// <summary>Creates a sink that uses an existing client. The client is not disposed.</summary>
    /// <param name="client">The client.</param>
    /// <param name="table">The table: a name or an ARN.</param>
    /// <param name="options">How results become items; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock for pauses; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A template is invalid, or an option is out of range.</exception>
    public DynamoDbResultSink(
        IAmazonDynamoDB client, string table, DynamoDbResultOptions? options = null, TimeProvider? timeProvider = null)
        : this(
            new DynamoDbClientProvider(client ?? throw new ArgumentNullException(nameof(client))),
            new ItemFactory(table, options ?? new DynamoDbResultOptions()),
            timeProvider)
    {
    }

    internal DynamoDbResultSink(DynamoDbClientProvider client, ItemFactory items, TimeProvider? time)
    {
        _client = client;
        _items = items;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The item cannot be written; the message says which permission or key is missing.</exception>
    public async ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        IReadOnlyList<Exception?> errors = await WriteAsync([record], cancellationToken).ConfigureAwait(false);
        if (errors[0] is { } error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Exception?>> WriteAsync(
        IReadOnlyList<SinkRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var errors = new Exception?[records.Count];
        var pending = new List<PendingItem>(errors.Length);
        for (int i = 0; i < errors.Length; i++)
        {
            if (!TryCreate(records[i], out Dictionary<string, AttributeValue>? item, out errors[i]))
            {
                continue;
            }

            string key = item[_items.Options.KeyAttribute].S ?? string.Empty;

            // A request must not contain an item twice. If two results have the same identifier, the later one is written for both.
            PendingItem? same = _items.Options.Item is null ? pending.Find(other => other.Key == key) : null;
            if (same is null)
            {
                pending.Add(new PendingItem(key, item, [i]));
            }
            else
            {
                same.Item = item;
                same.Records.Add(i);
            }
        }

        if (_items.Options.WriteOnce)
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism };
            await Parallel.ForEachAsync(pending, parallel, (item, _) => PutAsync(item, errors, cancellationToken)).ConfigureAwait(false);
            return errors;
        }

        foreach (PendingItem[] batch in pending.Chunk(MaxBatchItems))
        {
            await WriteBatchAsync(batch, errors, cancellationToken).ConfigureAwait(false);
        }

        return errors;
    }

    private bool TryCreate(SinkRecord record, [NotNullWhen(true)] out Dictionary<string, AttributeValue>? item, out Exception? error)
    {
        item = null;
        error = FindLoop(record);
        if (error is null)
        {
            try
            {
                item = _items.Create(record);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The application's own Item function, or a template, failed for this record. The other records are still written.
                error = exception;
            }
        }

        return item is not null;
    }

    private InvalidOperationException? FindLoop(SinkRecord record)
    {
        string name = _items.Table[(_items.Table.LastIndexOf('/') + 1)..];
        return record.Origin.Contains(":dynamodb:", StringComparison.Ordinal)
            && record.Origin.Contains($":table/{name}/", StringComparison.Ordinal)
            ? new InvalidOperationException(
                $"The record comes from the table '{name}', and its result would be written to that table and come back as another " +
                "record. Send results to another table.")
            : null;
    }

    private async ValueTask PutAsync(PendingItem item, Exception?[] errors, CancellationToken cancellationToken)
    {
        try
        {
            await _client.Client.PutItemAsync(
                new PutItemRequest
                {
                    TableName = _items.Table,
                    Item = item.Item,
                    ConditionExpression = "attribute_not_exists(#key)",
                    ExpressionAttributeNames = new Dictionary<string, string> { ["#key"] = _items.Options.KeyAttribute },
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (ConditionalCheckFailedException)
        {
            // An earlier delivery wrote it.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            item.Fail(errors, DynamoDbErrors.IsSdk(exception) ? DynamoDbErrors.Translate(exception, _items) : exception);
        }
    }

    private async ValueTask WriteBatchAsync(PendingItem[] batch, Exception?[] errors, CancellationToken cancellationToken)
    {
        List<WriteRequest> requests = [.. batch.Select(item => new WriteRequest { PutRequest = new PutRequest { Item = item.Item } })];
        try
        {
            var retry = new RetryStrategy(_items.Options.MaxRetries + 1, FirstPause, MaxPause);
            for (int attempt = 1; ; attempt++)
            {
                BatchWriteItemResponse response = await _client.Client.BatchWriteItemAsync(
                    new BatchWriteItemRequest { RequestItems = new() { [_items.Table] = requests } },
                    cancellationToken).ConfigureAwait(false);

                // The request names one table, so there is at most one list.
                requests = response.UnprocessedItems?.Values.FirstOrDefault() ?? [];
                if (requests.Count == 0)
                {
                    return;
                }

                if (attempt == retry.MaxAttempts)
                {
                    throw new IOException(
                        $"The table '{_items.Table}' did not process {requests.Count} of {batch.Length} items after {attempt} " +
                        "attempts. Raise its write capacity, or switch it to on-demand capacity.");
                }

                await retry.PauseAsync(attempt, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AmazonServiceException exception) when (exception.ErrorCode == DynamoDbErrors.Invalid && batch.Length > 1)
        {
            // A single invalid item makes the table reject the whole request. Sent one by one, the other items are written.
            foreach (PendingItem item in batch)
            {
                await WriteBatchAsync([item], errors, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Exception reason = DynamoDbErrors.IsSdk(exception) ? DynamoDbErrors.Translate(exception, _items) : exception;
            HashSet<string> unwritten =
                [.. requests.Select(request => request.PutRequest.Item[_items.Options.KeyAttribute].S ?? string.Empty)];
            foreach (PendingItem item in batch)
            {
                if (unwritten.Contains(item.Key))
                {
                    item.Fail(errors, reason);
                }
            }
        }
    }
}

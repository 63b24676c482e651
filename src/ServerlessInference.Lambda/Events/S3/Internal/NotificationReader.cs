using System.Text.Json;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Reads the objects out of S3's events: direct ones, those of EventBridge, and either inside SNS or SQS, or inside SNS inside SQS.</summary>
/// <remarks>Sources: "Event message structure" and "EventBridge event message structure" of the Amazon S3 User Guide; the example events of the AWS Lambda documentation for Amazon SNS and Amazon SQS.</remarks>
internal static class NotificationReader
{
    /// <summary>SQS holds SNS holds S3; what is deeper was made by somebody else.</summary>
    private const int Deepest = 3;

    /// <summary>Tells whether a message holds a notification of S3.</summary>
    public static bool IsNotification(string message)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(message);
            return ReadMessage(document.RootElement, "message", [], 1, null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidInputException)
        {
            return false;
        }
    }

    /// <summary>Reads an event.</summary>
    /// <returns>A record for each new object; its id is the message's in SQS, else the object.</returns>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static List<BatchRecord> Read(ReadOnlyMemory<byte> payload, EventKind kind)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            var records = new List<BatchRecord>();
            if (kind is EventKind.S3InSqs or EventKind.Sqs)
            {
                foreach (JsonElement message in document.RootElement.GetProperty("Records"u8).EnumerateArray())
                {
                    ReadQueued(message, records);
                }
            }
            else if (!ReadMessage(document.RootElement, null, records, 0, null))
            {
                throw new InvalidInputException(
                    InvalidInputKind.Unprocessable, $"The event was recognised as {EventShape.Describe(kind)}, but holds no notification of S3.");
            }

            return records;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Damaged(kind);
        }
    }

    private static InvalidInputException Damaged(EventKind kind) =>
        new($"The event was recognised as {EventShape.Describe(kind)}, but is damaged: a record lacks its bucket, key or id, or is no JSON object.");

    private static void ReadQueued(JsonElement message, List<BatchRecord> records)
    {
        string id = EventJson.Text(message, "messageId") ?? throw Damaged(EventKind.S3InSqs);
        string origin = EventJson.Text(message, "eventSourceARN") ?? "sqs";
        string? group = origin.EndsWith(".fifo", StringComparison.Ordinal) && EventJson.Member(message, "attributes") is { } attributes
            ? EventJson.Text(attributes, "MessageGroupId") : null;
        var found = new List<BatchRecord>();
        InvalidInputException? error = null;
        try
        {
            using JsonDocument body = JsonDocument.Parse(EventJson.Text(message, "body") ?? string.Empty);
            if (!ReadMessage(body.RootElement, id, found, 1, group))
            {
                error = new InvalidInputException(InvalidInputKind.Unprocessable, "The message holds no notification of S3.");
            }
        }
        catch (JsonException)
        {
            error = new InvalidInputException("The message is no JSON; a notification of S3 was expected.");
        }
        catch (InvalidInputException exception)
        {
            error = exception;
        }

        if (error is not null)
        {
            records.Add(new BatchRecord(origin, id, group, default, error));
            return;
        }

        records.AddRange(found);
    }

    /// <summary>Reads a notification, wherever it is packed.</summary>
    /// <returns>Whether there is one.</returns>
    private static bool ReadMessage(JsonElement message, string? id, List<BatchRecord> records, int depth, string? group)
    {
        if (message.ValueKind != JsonValueKind.Object || depth > Deepest)
        {
            return false;
        }

        if (EventJson.Text(message, "Event") == "s3:TestEvent")
        {
            return true;
        }

        if (EventJson.Text(message, "source") == "aws.s3" && EventJson.Member(message, "detail") is { } detail)
        {
            if (EventJson.Text(message, "detail-type") == "Object Created")
            {
                records.Add(FromEventBridge(message, detail, id, group));
            }

            return true;
        }

        if (EventJson.Text(message, "Message") is { } inner && EventJson.Text(message, "TopicArn") is not null)
        {
            return ReadText(inner, id, records, depth + 1, group);
        }

        if (EventJson.Member(message, "Records") is not { ValueKind: JsonValueKind.Array } list)
        {
            return false;
        }

        bool any = false;
        foreach (JsonElement record in list.EnumerateArray())
        {
            any |= ReadRecord(record, id, records, depth, group);
        }

        return any;
    }

    private static bool ReadRecord(JsonElement record, string? id, List<BatchRecord> records, int depth, string? group)
    {
        if (EventJson.Member(record, "Sns") is { } notification)
        {
            return EventJson.Text(notification, "Message") is { } text && ReadText(text, id, records, depth + 1, group);
        }

        if (EventJson.Text(record, "eventSource") != "aws:s3")
        {
            return false;
        }

        // Notifications of deletions, restores and tags may come along where a filter lets them.
        if (EventJson.Text(record, "eventName")?.StartsWith("ObjectCreated:", StringComparison.Ordinal) == true)
        {
            records.Add(FromNotification(record, id, group));
        }

        return true;
    }

    private static bool ReadText(string text, string? id, List<BatchRecord> records, int depth, string? group)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return ReadMessage(document.RootElement, id, records, depth, group);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static BatchRecord FromNotification(JsonElement record, string? id, string? group)
    {
        JsonElement s3 = EventJson.Member(record, "s3") ?? throw Damaged(EventKind.S3);
        JsonElement item = EventJson.Member(s3, "object") ?? throw Damaged(EventKind.S3);
        string? bucket = EventJson.Text(EventJson.Member(s3, "bucket") ?? default, "name");
        string? key = EventJson.Text(item, "key");
        return bucket is null || key is null
            ? throw Damaged(EventKind.S3)
            : Create(
                new ObjectReference(bucket, S3Key.Decode(key), EventJson.Text(item, "versionId"))
                {
                    EntityTag = EventJson.Text(item, "eTag"),
                    Size = EventJson.Integer(item, "size"),
                    Sequencer = EventJson.Text(item, "sequencer"),
                },
                id,
                group,
                EventJson.Time(record, "eventTime"));
    }

    private static BatchRecord FromEventBridge(JsonElement message, JsonElement detail, string? id, string? group)
    {
        JsonElement item = EventJson.Member(detail, "object") ?? throw Damaged(EventKind.S3EventBridge);
        string? bucket = EventJson.Text(EventJson.Member(detail, "bucket") ?? default, "name");
        string? key = EventJson.Text(item, "key");
        return bucket is null || key is null
            ? throw Damaged(EventKind.S3EventBridge)
            : Create(
                new ObjectReference(bucket, key, EventJson.Text(item, "version-id"))
                {
                    EntityTag = EventJson.Text(item, "etag"),
                    Size = EventJson.Integer(item, "size"),
                    Sequencer = EventJson.Text(item, "sequencer"),
                },
                id,
                group,
                EventJson.Time(message, "time"));
    }

    private static BatchRecord Create(ObjectReference item, string? id, string? group, DateTimeOffset? time) =>
        new($"s3://{item.Bucket}", id ?? item.ToString(), group, new RecordInput(default, new InputReference(item, null)), null) { Time = time };
}

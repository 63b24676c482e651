using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.S3;

/// <summary>
/// Reads the objects that S3's events name. The events may arrive directly, through EventBridge or through CloudTrail, and all of them may
/// be inside of messages of other services (<see cref="MessageEnvelope"/>).
/// </summary>
/// <remarks>
/// Sources: "Event message structure" and "EventBridge event message structure" of the Amazon S3 User Guide; the example events of the AWS
/// Lambda documentation for Amazon SNS and Amazon SQS; "Amazon S3 CloudTrail events" of the Amazon S3 User Guide.
/// </remarks>
internal static class NotificationReader
{
    /// <summary>Returns whether a message contains an S3 notification.</summary>
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
    /// <returns>One record per new object. Its ID is the message's ID in SQS, otherwise the object's URI.</returns>
    /// <exception cref="InvalidInputException">The event is not a valid event of its kind.</exception>
    public static List<BatchRecord> Read(ReadOnlyMemory<byte> payload, EventKind kind)
    {
        try
        {
            using JsonDocument document = EventJson.Parse(payload);
            var records = new List<BatchRecord>();
            if (kind is EventKind.S3InSqs or EventKind.Sqs)
            {
                foreach (JsonElement message in EventJson.FindRecords(document.RootElement))
                {
                    ReadQueued(message, records);
                }
            }
            else if (!ReadMessage(document.RootElement, null, records, 0, null))
            {
                throw new InvalidInputException(
                    InvalidInputKind.Unprocessable,
                    $"The event was recognised as {EventShape.Describe(kind)}, but contains no S3 notification.");
            }

            return records;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Damaged(kind);
        }
    }

    private static InvalidInputException Damaged(EventKind kind) =>
        new(
            $"The event was recognised as {EventShape.Describe(kind)}, but is damaged: a record has no bucket, key or ID, or is not a " +
            "JSON object.");

    private static void ReadQueued(JsonElement message, List<BatchRecord> records)
    {
        string id = EventJson.ReadText(message, "messageId") ?? throw Damaged(EventKind.S3InSqs);
        string origin = EventJson.ReadText(message, "eventSourceARN") ?? "sqs";
        bool isFifo = origin.EndsWith(".fifo", StringComparison.Ordinal);
        string? group = isFifo && EventJson.FindMember(message, "attributes") is { } attributes
            ? EventJson.ReadText(attributes, "MessageGroupId")
            : null;
        var found = new List<BatchRecord>();
        InvalidInputException? error = null;
        try
        {
            using JsonDocument body = JsonDocument.Parse(EventJson.ReadText(message, "body") ?? string.Empty);
            if (!ReadMessage(body.RootElement, id, found, 1, group))
            {
                error = new InvalidInputException(InvalidInputKind.Unprocessable, "The message contains no S3 notification.");
            }
        }
        catch (JsonException)
        {
            error = new InvalidInputException("The message is not valid JSON. Expected: an S3 notification.");
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

    /// <summary>Reads a notification, also from inside of other messages.</summary>
    /// <returns>Whether there is a notification.</returns>
    private static bool ReadMessage(JsonElement message, string? id, List<BatchRecord> records, int depth, string? group)
    {
        if (message.ValueKind != JsonValueKind.Object || depth > MessageEnvelope.MaxDepth)
        {
            return false;
        }

        if (EventJson.ReadText(message, "Event") == "s3:TestEvent")
        {
            return true;
        }

        if (EventJson.ReadText(message, "source") == "aws.s3" && EventJson.FindMember(message, "detail") is { } detail)
        {
            string? type = EventJson.ReadText(message, "detail-type");
            if (type == "Object Created")
            {
                Add(records, FromEventBridge(message, detail, id, group));
            }
            else if (type == "AWS API Call via CloudTrail" && IsNewObject(detail))
            {
                Add(records, FromCloudTrail(detail, id, group));
            }

            return true;
        }

        if (MessageEnvelope.TryOpen(message, out string? text, out JsonElement inner))
        {
            return text is null ? ReadMessage(inner, id, records, depth + 1, group) : ReadText(text, id, records, depth + 1, group);
        }

        if (EventJson.FindMember(message, "Records") is not { ValueKind: JsonValueKind.Array } list)
        {
            return false;
        }

        bool any = false;
        foreach (JsonElement record in list.EnumerateArray())
        {
            any |= ReadRecord(record, id, records, group);
        }

        return any;
    }

    private static bool ReadRecord(JsonElement record, string? id, List<BatchRecord> records, string? group)
    {
        if (EventJson.ReadText(record, "eventSource") != "aws:s3")
        {
            return false;
        }

        // Notifications of deletions, restores and tags may arrive as well if the filter includes them.
        if (EventJson.ReadText(record, "eventName")?.StartsWith("ObjectCreated:", StringComparison.Ordinal) == true)
        {
            Add(records, FromNotification(record, id, group));
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

    /// <summary>Adds an object, unless it only marks a folder: the console of S3 creates such objects, which are empty.</summary>
    private static void Add(List<BatchRecord> records, BatchRecord record)
    {
        if (record.Input.Reference!.Item is not { Size: null or 0 } item || !item.Key.EndsWith('/'))
        {
            records.Add(record);
        }
    }

    // Some senders of events write an empty version for a bucket without versions.
    private static string? ReadVersion(JsonElement item, string name) =>
        EventJson.ReadText(item, name) is { Length: > 0 } version ? version : null;

    private static BatchRecord FromNotification(JsonElement record, string? id, string? group)
    {
        JsonElement s3 = EventJson.FindMember(record, "s3") ?? throw Damaged(EventKind.S3);
        JsonElement item = EventJson.FindMember(s3, "object") ?? throw Damaged(EventKind.S3);
        string? bucket = EventJson.ReadText(EventJson.FindMember(s3, "bucket") ?? default, "name");
        string? key = EventJson.ReadText(item, "key");
        return bucket is null || key is null
            ? throw Damaged(EventKind.S3)
            : Create(
                new ObjectReference(bucket, S3Key.Decode(key), ReadVersion(item, "versionId"))
                {
                    EntityTag = EventJson.ReadText(item, "eTag"),
                    Size = EventJson.ReadInteger(item, "size"),
                    Sequencer = EventJson.ReadText(item, "sequencer"),
                },
                id,
                group,
                EventJson.ReadTime(record, "eventTime"));
    }

    // CloudTrail also reports calls that S3 refused, and calls that only read.
    private static bool IsNewObject(JsonElement detail) =>
        EventJson.ReadText(detail, "eventName") is "PutObject" or "CopyObject" or "CompleteMultipartUpload" or "PostObject"
        && EventJson.ReadText(detail, "errorCode") is null;

    private static BatchRecord FromCloudTrail(JsonElement detail, string? id, string? group)
    {
        JsonElement parameters = EventJson.FindMember(detail, "requestParameters") ?? throw Damaged(EventKind.S3EventBridge);
        JsonElement answer = EventJson.FindMember(detail, "responseElements") ?? default;
        string? bucket = EventJson.ReadText(parameters, "bucketName"), key = EventJson.ReadText(parameters, "key");
        return bucket is null || key is null
            ? throw Damaged(EventKind.S3EventBridge)
            : Create(
                new ObjectReference(bucket, key, ReadVersion(answer, "x-amz-version-id")),
                id,
                group,
                EventJson.ReadTime(detail, "eventTime"));
    }

    private static BatchRecord FromEventBridge(JsonElement message, JsonElement detail, string? id, string? group)
    {
        JsonElement item = EventJson.FindMember(detail, "object") ?? throw Damaged(EventKind.S3EventBridge);
        string? bucket = EventJson.ReadText(EventJson.FindMember(detail, "bucket") ?? default, "name");
        string? key = EventJson.ReadText(item, "key");
        return bucket is null || key is null
            ? throw Damaged(EventKind.S3EventBridge)
            : Create(
                new ObjectReference(bucket, key, ReadVersion(item, "version-id"))
                {
                    EntityTag = EventJson.ReadText(item, "etag"),
                    Size = EventJson.ReadInteger(item, "size"),
                    Sequencer = EventJson.ReadText(item, "sequencer"),
                },
                id,
                group,
                EventJson.ReadTime(message, "time"));
    }

    private static BatchRecord Create(ObjectReference item, string? id, string? group, DateTimeOffset? time) =>
        new($"s3://{item.Bucket}", id ?? item.ToString(), group, new RecordInput(default, new InputReference(item, null)), null)
        {
            Time = time,
        };
}

using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Reads batches of messages in the formats of SQS, SNS and EventBridge.</summary>
/// <remarks>
/// Sources: the example events of the AWS Lambda documentation for Amazon SQS and Amazon SNS; the Amazon EventBridge User Guide for events
/// and for the batches of Pipes.
/// </remarks>
internal static class RecordReader
{
    public static List<BatchRecord> ReadSqs(ReadOnlyMemory<byte> payload, ReferenceOptions? references) => Read(payload, record =>
    {
        JsonElement attributes = EventJson.FindMember(record, "attributes") ?? default;
        string origin = EventJson.ReadText(record, "eventSourceARN") ?? "sqs";
        string id = ReadRequired(record, "messageId");
        DateTimeOffset? time = EventJson.ReadMilliseconds(attributes, "SentTimestamp");
        bool isFifo = origin.EndsWith(".fifo", StringComparison.Ordinal) || EventJson.FindMember(attributes, "SequenceNumber") is not null;
        string? group = isFifo ? EventJson.ReadText(attributes, "MessageGroupId") : null;
        return WithInput(
            new BatchRecord(origin, id, group, default, null) { Time = time },
            () => MessageBody.Read(GetBytes(record, "body"), references));
    });

    public static List<BatchRecord> ReadSns(ReadOnlyMemory<byte> payload, ReferenceOptions? references) => Read(payload, record =>
    {
        JsonElement notification = EventJson.FindMember(record, "Sns") ?? throw Damaged();
        var read = new BatchRecord(
            EventJson.ReadText(notification, "TopicArn") ?? "sns", ReadRequired(notification, "MessageId"), null, default, null)
        {
            Time = EventJson.ReadTime(notification, "Timestamp"),
        };
        return WithInput(read, () => MessageBody.Read(GetBytes(notification, "Message"), references));
    });

    /// <summary>Reads an event of EventBridge, whose detail is the input.</summary>
    public static List<BatchRecord> ReadEvent(ReadOnlyMemory<byte> payload, ReferenceOptions? references)
    {
        try
        {
            using JsonDocument document = EventJson.Parse(payload);
            JsonElement root = document.RootElement;
            var read = new BatchRecord(ReadRequired(root, "source"), ReadRequired(root, "id"), null, default, null)
            {
                Time = EventJson.ReadTime(root, "time"),
                DetailType = EventJson.ReadText(root, "detail-type"),
            };
            JsonElement detail = EventJson.FindMember(root, "detail") ?? throw Damaged();
            return [WithInput(read, () => MessageBody.Read(Encoding.UTF8.GetBytes(detail.GetRawText()), references))];
        }
        catch (JsonException)
        {
            throw Damaged();
        }
    }

    /// <summary>Adds the input to a record, or the reason why it has none.</summary>
    public static BatchRecord WithInput(BatchRecord read, Func<RecordInput> input)
    {
        try
        {
            return read with { Input = input() };
        }
        catch (InvalidInputException exception)
        {
            return read with { Error = exception };
        }
    }

    /// <summary>Reads the records of a batch.</summary>
    /// <param name="payload">The event.</param>
    /// <param name="read">Reads a record; <see langword="null"/> if it is to be passed over.</param>
    /// <exception cref="InvalidInputException">The batch is damaged.</exception>
    public static List<BatchRecord> Read(ReadOnlyMemory<byte> payload, Func<JsonElement, BatchRecord?> read)
    {
        try
        {
            using JsonDocument document = EventJson.Parse(payload);
            var records = new List<BatchRecord>();
            foreach (JsonElement record in EventJson.FindRecords(document.RootElement))
            {
                if (read(record) is { } one)
                {
                    records.Add(one);
                }
            }

            return records;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Damaged();
        }
    }

    public static (byte[] Bytes, InvalidInputException? Error) ReadBase64(JsonElement parent, string name)
    {
        try
        {
            if (EventJson.FindMember(parent, name) is { ValueKind: JsonValueKind.String } value
                && value.TryGetBytesFromBase64(out byte[]? bytes))
            {
                return (bytes, null);
            }
        }
        catch (InvalidOperationException)
        {
            // Invalid text is not valid base64 either.
        }

        return ([], new InvalidInputException($"The record's {name} is not valid base64."));
    }

    public static string ReadRequired(JsonElement parent, string name) => EventJson.ReadText(parent, name) ?? throw Damaged();

    public static InvalidInputException Damaged() =>
        new("The batch is damaged: a record has no ID, or is not an object as its service sends it.");

    private static byte[] GetBytes(JsonElement parent, string name) =>
        Encoding.UTF8.GetBytes(EventJson.ReadText(parent, name) ?? string.Empty);
}

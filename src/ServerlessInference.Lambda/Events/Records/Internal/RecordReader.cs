using System.Text;
using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>Reads batches of records as AWS's services send them.</summary>
/// <remarks>Sources: the example events of the AWS Lambda documentation for Amazon SQS, Amazon Kinesis and Amazon DynamoDB.</remarks>
internal static class RecordReader
{
    public static List<BatchRecord> ReadSqs(ReadOnlyMemory<byte> payload, ReferenceOptions? references) => Read(payload, record =>
    {
        JsonElement attributes = EventJson.Member(record, "attributes") ?? default;
        string origin = EventJson.Text(record, "eventSourceARN") ?? "sqs";
        string id = Required(record, "messageId");
        DateTimeOffset? time = EventJson.Milliseconds(attributes, "SentTimestamp");
        string? group = origin.EndsWith(".fifo", StringComparison.Ordinal) || EventJson.Member(attributes, "SequenceNumber") is not null ? EventJson.Text(attributes, "MessageGroupId") : null;
        try
        {
            RecordInput input = InputEnvelope.Read(Encoding.UTF8.GetBytes(EventJson.Text(record, "body") ?? string.Empty), references, bareText: true);
            return new BatchRecord(origin, id, group, input, null) { Time = time };
        }
        catch (InvalidInputException exception)
        {
            return new BatchRecord(origin, id, group, default, exception) { Time = time };
        }
    });

    /// <param name="payload">The event.</param>
    /// <param name="attribute">The attribute that is the input, where the data are changes of a DynamoDB table; <see langword="null"/> where the data are the input.</param>
    public static List<BatchRecord> ReadKinesis(ReadOnlyMemory<byte> payload, string? attribute) => Read(payload, record =>
    {
        JsonElement kinesis = EventJson.Member(record, "kinesis") ?? throw Damaged();
        (byte[] data, InvalidInputException? error) = Base64(kinesis, "data");
        var read = new BatchRecord(EventJson.Text(record, "eventSourceARN") ?? "kinesis", Required(kinesis, "sequenceNumber"), null, new RecordInput(data, null), error)
        {
            Time = EventJson.Seconds(kinesis, "approximateArrivalTimestamp"),
        };
        return attribute is null || error is not null ? read : FromChange(read, data, attribute);
    });

    public static List<BatchRecord> ReadDynamoDb(ReadOnlyMemory<byte> payload, string attribute) => Read(payload, record =>
    {
        JsonElement change = EventJson.Member(record, "dynamodb") ?? throw Damaged();
        var read = new BatchRecord(EventJson.Text(record, "eventSourceARN") ?? "dynamodb", Required(change, "SequenceNumber"), null, default, null)
        {
            Time = EventJson.Seconds(change, "ApproximateCreationDateTime"),
        };
        return FromChange(read, record, change, attribute);
    });

    private static BatchRecord? FromChange(BatchRecord read, byte[] data, string attribute)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(data);
            if (EventJson.Member(document.RootElement, "dynamodb") is { } change)
            {
                return FromChange(read, document.RootElement, change, attribute);
            }
        }
        catch (JsonException)
        {
            // No change of a table, as is said below.
        }

        return read with { Input = default, Error = new InvalidInputException("The record is no change of a DynamoDB table, as Kinesis Data Streams for DynamoDB writes it.") };
    }

    private static BatchRecord? FromChange(BatchRecord read, JsonElement record, JsonElement change, string attribute)
    {
        try
        {
            return Take(read, record, change, attribute);
        }
        catch (InvalidInputException exception)
        {
            return read with { Input = default, Error = exception };
        }
    }

    /// <summary>Takes an attribute of the new image; nothing of a removal.</summary>
    /// <exception cref="InvalidInputException">A text in it is none.</exception>
    private static BatchRecord? Take(BatchRecord read, JsonElement record, JsonElement change, string attribute)
    {
        if (EventJson.Text(record, "eventName") == "REMOVE")
        {
            return null;
        }

        if (EventJson.Member(change, "NewImage") is not { } image || EventJson.Member(image, attribute) is not { ValueKind: JsonValueKind.Object } value)
        {
            return read with
            {
                Input = default,
                Error = new InvalidInputException(
                    InvalidInputKind.Unprocessable, $"The record has no new image with the attribute '{attribute}'. Let the stream have new images (NEW_IMAGE), or name another attribute."),
            };
        }

        if (EventJson.Text(value, "S") is { } text)
        {
            return read with { Input = new RecordInput(Encoding.UTF8.GetBytes(text), null) };
        }

        (byte[] input, InvalidInputException? error) = EventJson.Member(value, "B") is not null
            ? Base64(value, "B")
            : ([], new InvalidInputException(InvalidInputKind.Unprocessable, $"The attribute '{attribute}' is neither a string (S) nor binary (B)."));
        return read with { Input = new RecordInput(input, null), Error = error };
    }

    private static List<BatchRecord> Read(ReadOnlyMemory<byte> payload, Func<JsonElement, BatchRecord?> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            var records = new List<BatchRecord>();
            foreach (JsonElement record in document.RootElement.GetProperty("Records"u8).EnumerateArray())
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

    private static (byte[] Bytes, InvalidInputException? Error) Base64(JsonElement parent, string name)
    {
        try
        {
            if (EventJson.Member(parent, name) is { ValueKind: JsonValueKind.String } value && value.TryGetBytesFromBase64(out byte[]? bytes))
            {
                return (bytes, null);
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is no base64 either.
        }

        return ([], new InvalidInputException($"The record's {name} is no base64."));
    }

    private static string Required(JsonElement parent, string name) => EventJson.Text(parent, name) ?? throw Damaged();

    private static InvalidInputException Damaged() =>
        new("The batch is damaged: a record lacks its id, or is no object as SQS, Kinesis or DynamoDB send it.");
}

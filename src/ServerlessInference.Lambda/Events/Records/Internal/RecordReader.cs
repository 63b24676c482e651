using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Reads batches of records in the formats of SQS, SNS, EventBridge, Kinesis and DynamoDB.</summary>
/// <remarks>
/// Sources: the example events of the AWS Lambda documentation for Amazon SQS, Amazon SNS, Amazon Kinesis and Amazon DynamoDB; the Amazon
/// EventBridge User Guide for events and for the batches of Pipes.
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
        return WithBody(
            new BatchRecord(origin, id, group, default, null) { Time = time },
            () => Encoding.UTF8.GetBytes(EventJson.ReadText(record, "body") ?? string.Empty),
            references);
    });

    public static List<BatchRecord> ReadSns(ReadOnlyMemory<byte> payload, ReferenceOptions? references) => Read(payload, record =>
    {
        JsonElement notification = EventJson.FindMember(record, "Sns") ?? throw Damaged();
        var read = new BatchRecord(
            EventJson.ReadText(notification, "TopicArn") ?? "sns", ReadRequired(notification, "MessageId"), null, default, null)
        {
            Time = EventJson.ReadTime(notification, "Timestamp"),
        };
        return WithBody(read, () => Encoding.UTF8.GetBytes(EventJson.ReadText(notification, "Message") ?? string.Empty), references);
    });

    /// <summary>Reads an event of EventBridge, whose detail is the input.</summary>
    public static List<BatchRecord> ReadEvent(ReadOnlyMemory<byte> payload, ReferenceOptions? references)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            JsonElement root = document.RootElement;
            var read = new BatchRecord(ReadRequired(root, "source"), ReadRequired(root, "id"), null, default, null)
            {
                Time = EventJson.ReadTime(root, "time"),
                DetailType = EventJson.ReadText(root, "detail-type"),
            };
            JsonElement detail = EventJson.FindMember(root, "detail") ?? throw Damaged();
            return [WithBody(read, () => Encoding.UTF8.GetBytes(detail.GetRawText()), references)];
        }
        catch (JsonException)
        {
            throw Damaged();
        }
    }

    /// <summary>Reads records of a Kinesis stream.</summary>
    /// <param name="payload">The event.</param>
    /// <param name="attribute">
    /// The attribute that contains the input, if the records are changes of a DynamoDB table; <see langword="null"/> if a record's data is
    /// the input.
    /// </param>
    public static List<BatchRecord> ReadKinesis(ReadOnlyMemory<byte> payload, string? attribute) => Read(payload, record =>
    {
        // EventBridge Pipes send the members of "kinesis" without it.
        JsonElement kinesis = EventJson.FindMember(record, "kinesis") ?? record;
        (byte[] data, InvalidInputException? error) = ReadBase64(kinesis, "data");
        string origin = EventJson.ReadText(record, "eventSourceARN") ?? "kinesis";
        var read = new BatchRecord(origin, ReadRequired(kinesis, "sequenceNumber"), null, new RecordInput(data, null), error)
        {
            Time = EventJson.ReadSeconds(kinesis, "approximateArrivalTimestamp"),
        };
        return attribute is null || error is not null ? read : FromChange(read, data, attribute);
    });

    public static List<BatchRecord> ReadDynamoDb(ReadOnlyMemory<byte> payload, string attribute) => Read(payload, record =>
    {
        JsonElement change = EventJson.FindMember(record, "dynamodb") ?? throw Damaged();
        string origin = EventJson.ReadText(record, "eventSourceARN") ?? "dynamodb";
        var read = new BatchRecord(origin, ReadRequired(change, "SequenceNumber"), null, default, null)
        {
            Time = EventJson.ReadSeconds(change, "ApproximateCreationDateTime"),
        };
        return FromChange(read, record, change, attribute);
    });

    private static BatchRecord WithBody(BatchRecord read, Func<byte[]> body, ReferenceOptions? references)
    {
        try
        {
            return read with { Input = MessageBody.Read(body(), references) };
        }
        catch (InvalidInputException exception)
        {
            return read with { Error = exception };
        }
    }

    private static BatchRecord? FromChange(BatchRecord read, byte[] data, string attribute)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(data);
            if (EventJson.FindMember(document.RootElement, "dynamodb") is { } change)
            {
                return FromChange(read, document.RootElement, change, attribute);
            }
        }
        catch (JsonException)
        {
            // Reported below, like JSON of another kind.
        }

        return read with
        {
            Input = default,
            Error = new InvalidInputException(
                "The record is not a change of a DynamoDB table as Kinesis Data Streams for DynamoDB writes it."),
        };
    }

    private static BatchRecord? FromChange(BatchRecord read, JsonElement record, JsonElement change, string attribute)
    {
        try
        {
            return ReadAttribute(read, record, change, attribute);
        }
        catch (InvalidInputException exception)
        {
            return read with { Input = default, Error = exception };
        }
    }

    /// <summary>Reads an attribute of the new image.</summary>
    /// <returns>The record with its input; <see langword="null"/> for a removal, which has no new image.</returns>
    /// <exception cref="InvalidInputException">The record contains invalid text.</exception>
    private static BatchRecord? ReadAttribute(BatchRecord read, JsonElement record, JsonElement change, string attribute)
    {
        if (EventJson.ReadText(record, "eventName") == "REMOVE")
        {
            return null;
        }

        if (EventJson.FindMember(change, "NewImage") is not { } image
            || EventJson.FindMember(image, attribute) is not { ValueKind: JsonValueKind.Object } value)
        {
            return read with
            {
                Input = default,
                Error = new InvalidInputException(
                    InvalidInputKind.Unprocessable,
                    $"The record has no new image with the attribute '{attribute}'. " +
                    "Configure the stream to contain new images (NEW_IMAGE), or name another attribute."),
            };
        }

        if (EventJson.ReadText(value, "S") is { } text)
        {
            return read with { Input = new RecordInput(Encoding.UTF8.GetBytes(text), null) };
        }

        (byte[] input, InvalidInputException? error) = EventJson.FindMember(value, "B") is not null
            ? ReadBase64(value, "B")
            : ([], new InvalidInputException(
                InvalidInputKind.Unprocessable, $"The attribute '{attribute}' is neither a string (S) nor binary (B)."));
        return read with { Input = new RecordInput(input, null), Error = error };
    }

    private static List<BatchRecord> Read(ReadOnlyMemory<byte> payload, Func<JsonElement, BatchRecord?> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
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

    private static (byte[] Bytes, InvalidInputException? Error) ReadBase64(JsonElement parent, string name)
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

    private static string ReadRequired(JsonElement parent, string name) => EventJson.ReadText(parent, name) ?? throw Damaged();

    private static InvalidInputException Damaged() =>
        new("The batch is damaged: a record has no ID, or is not an object as its service sends it.");
}

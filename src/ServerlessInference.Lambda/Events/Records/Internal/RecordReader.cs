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
        string origin = Text(record, "eventSourceARN") ?? "sqs";
        string id = Required(record, "messageId");
        DateTimeOffset? time = EventJson.Milliseconds(attributes, "SentTimestamp");
        string? group = origin.EndsWith(".fifo", StringComparison.Ordinal) || EventJson.Member(attributes, "SequenceNumber") is not null ? EventJson.Text(attributes, "MessageGroupId") : null;
        try
        {
            RecordInput input = InputEnvelope.Read(Encoding.UTF8.GetBytes(Text(record, "body") ?? string.Empty), references, bareText: true);
            return new BatchRecord(origin, id, group, input, null) { Time = time };
        }
        catch (InvalidInputException exception)
        {
            return new BatchRecord(origin, id, group, default, exception) { Time = time };
        }
    });

    public static List<BatchRecord> ReadKinesis(ReadOnlyMemory<byte> payload) => Read(payload, record =>
    {
        if (!record.TryGetProperty("kinesis"u8, out JsonElement kinesis))
        {
            throw Damaged();
        }

        (byte[] input, InvalidInputException? error) = Base64(kinesis, "data");
        return new BatchRecord(Text(record, "eventSourceARN") ?? "kinesis", Required(kinesis, "sequenceNumber"), null, new RecordInput(input, null), error)
        {
            Time = EventJson.Seconds(kinesis, "approximateArrivalTimestamp"),
        };
    });

    public static List<BatchRecord> ReadDynamoDb(ReadOnlyMemory<byte> payload, string attribute) => Read(payload, record =>
    {
        if (!record.TryGetProperty("dynamodb"u8, out JsonElement change))
        {
            throw Damaged();
        }

        string id = Required(change, "SequenceNumber");
        string origin = Text(record, "eventSourceARN") ?? "dynamodb";
        DateTimeOffset? time = EventJson.Seconds(change, "ApproximateCreationDateTime");
        if (Text(record, "eventName") == "REMOVE")
        {
            return null;
        }

        if (!change.TryGetProperty("NewImage"u8, out JsonElement image) || image.ValueKind != JsonValueKind.Object
            || !image.TryGetProperty(attribute, out JsonElement value) || value.ValueKind != JsonValueKind.Object)
        {
            return new BatchRecord(origin, id, null, default, new InvalidInputException(
                InvalidInputKind.Unprocessable, $"The record has no new image with the attribute '{attribute}'. Let the stream have new images (NEW_IMAGE), or name another attribute."))
            {
                Time = time,
            };
        }

        if (Text(value, "S") is { } text)
        {
            return new BatchRecord(origin, id, null, new RecordInput(Encoding.UTF8.GetBytes(text), null), null) { Time = time };
        }

        (byte[] input, InvalidInputException? error) = value.TryGetProperty("B"u8, out _)
            ? Base64(value, "B")
            : ([], new InvalidInputException(InvalidInputKind.Unprocessable, $"The attribute '{attribute}' is neither a string (S) nor binary (B)."));
        return new BatchRecord(origin, id, null, new RecordInput(input, null), error) { Time = time };
    });

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

    private static (byte[] Bytes, InvalidInputException? Error) Base64(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out byte[]? bytes)
            ? (bytes, null)
            : ([], new InvalidInputException($"The record's {name} is no base64."));

    private static string Required(JsonElement parent, string name) => Text(parent, name) ?? throw Damaged();

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static InvalidInputException Damaged() =>
        new("The batch is damaged: a record lacks its id, or is no object as SQS, Kinesis or DynamoDB send it.");
}

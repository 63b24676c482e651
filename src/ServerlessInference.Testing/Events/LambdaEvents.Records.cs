using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Testing;

/// <content>Batches of records from queues and streams.</content>
public static partial class LambdaEvents
{
    /// <summary>Creates a batch of SQS messages, with the ids <c>message-1</c>, <c>message-2</c> and so on.</summary>
    /// <param name="bodies">The messages' bodies.</param>
    /// <returns>The event.</returns>
    public static string Sqs(params string[] bodies) => SqsFifo([.. Array.ConvertAll(bodies, body => ((string?)null, body))]);

    /// <summary>Creates a batch of messages from an SQS FIFO queue, with the ids <c>message-1</c>, <c>message-2</c> and so on.</summary>
    /// <param name="messages">The group and body of each message.</param>
    /// <returns>The event.</returns>
    public static string SqsFifo(params (string? Group, string Body)[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return WriteRecords(messages.Length, (writer, i) =>
        {
            writer.WriteString("messageId", Id("message", i));
            writer.WriteString("receiptHandle", "handle");
            writer.WriteString("body", messages[i].Body);
            writer.WriteStartObject("attributes");
            writer.WriteString("ApproximateReceiveCount", "1");
            writer.WriteString("SentTimestamp", "1767323045678");
            if (messages[i].Group is { } group)
            {
                writer.WriteString("MessageGroupId", group);
                writer.WriteString("SequenceNumber", Id("18849496460467696128", i));
            }

            writer.WriteEndObject();
            writer.WriteStartObject("messageAttributes");
            writer.WriteEndObject();
            writer.WriteString("eventSource", "aws:sqs");
            writer.WriteString(
                "eventSourceARN", $"arn:aws:sqs:{Region}:{Account}:inputs{(messages[i].Group is null ? string.Empty : ".fifo")}");
        });
    }

    /// <summary>Creates a batch of Kinesis records, with the sequence numbers <c>sequence-1</c>, <c>sequence-2</c> and so on.</summary>
    /// <param name="data">The records' data.</param>
    /// <returns>The event.</returns>
    public static string Kinesis(params byte[][] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return WriteRecords(data.Length, (writer, i) =>
        {
            writer.WriteStartObject("kinesis");
            writer.WriteString("partitionKey", "1");
            writer.WriteString("sequenceNumber", Id("sequence", i));
            writer.WriteString("data", Convert.ToBase64String(data[i]));
            writer.WriteNumber("approximateArrivalTimestamp", 1767323045.678);
            writer.WriteEndObject();
            writer.WriteString("eventSource", "aws:kinesis");
            writer.WriteString("eventSourceARN", $"arn:aws:kinesis:{Region}:{Account}:stream/inputs");
        });
    }

    /// <summary>
    /// Creates a batch of insertions into a DynamoDB table, with the sequence numbers <c>sequence-1</c>, <c>sequence-2</c> and so on.
    /// </summary>
    /// <param name="attribute">The only attribute of the new images.</param>
    /// <param name="texts">The attribute's values, of the type <c>S</c>; <see langword="null"/> for a removal.</param>
    /// <returns>The event.</returns>
    public static string DynamoDbStream(string attribute, params string?[] texts)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        ArgumentNullException.ThrowIfNull(texts);
        return WriteRecords(texts.Length, (writer, i) =>
        {
            writer.WriteString("eventID", Id("event", i));
            writer.WriteString("eventName", texts[i] is null ? "REMOVE" : "INSERT");
            writer.WriteStartObject("dynamodb");
            writer.WriteString("SequenceNumber", Id("sequence", i));
            writer.WriteNumber("ApproximateCreationDateTime", 1767323045);
            if (texts[i] is { } text)
            {
                writer.WriteStartObject("NewImage");
                writer.WriteStartObject(attribute);
                writer.WriteString("S", text);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteString("eventSource", "aws:dynamodb");
            writer.WriteString("eventSourceARN", $"arn:aws:dynamodb:{Region}:{Account}:table/inputs/stream/1");
        });
    }

    private static string Id(string kind, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{index + 1}");

    private static string WriteRecords(int count, Action<Utf8JsonWriter, int> record) => Write(writer =>
    {
        writer.WriteStartArray("Records");
        for (int i = 0; i < count; i++)
        {
            writer.WriteStartObject();
            record(writer, i);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}

using System.Text.Json;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Reports failed records to the event source mapping: <c>{"batchItemFailures":[{"itemIdentifier":"…"}]}</c>.</summary>
internal static class FailedItems
{
    /// <summary>Writes the answer.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="statuses">The outcomes of the records, in their order.</param>
    /// <param name="inOrder">Whether to report the first failure only: all records of a stream from there on are redelivered.</param>
    public static void Write(Invocation invocation, IEnumerable<RecordStatus> statuses, bool inOrder)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteStartArray("batchItemFailures"u8);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (RecordStatus status in statuses)
        {
            if (status.IsSettled || !written.Add(status.Record.Id))
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("itemIdentifier"u8, status.Record.Id);
            writer.WriteEndObject();
            if (inOrder)
            {
                break;
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
    }

    /// <summary>
    /// Writes the answer for Kafka, which names the first failed record of each partition: Lambda redelivers it and all later records of
    /// the partition.
    /// </summary>
    /// <remarks>
    /// Source: "Configuring error handling controls for Kafka event sources" of the AWS Lambda Developer Guide. An identifier is
    /// <c>{"partition":"topic-0","offset":100}</c>.
    /// </remarks>
    public static void WriteKafka(Invocation invocation, IEnumerable<RecordStatus> statuses)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteStartArray("batchItemFailures"u8);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (RecordStatus status in statuses)
        {
            if (status.IsSettled || !written.Add(status.Record.Group!))
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteStartObject("itemIdentifier"u8);
            writer.WriteString("partition"u8, status.Record.Group);
            writer.WriteNumber("offset"u8, status.Record.Offset);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
    }
}

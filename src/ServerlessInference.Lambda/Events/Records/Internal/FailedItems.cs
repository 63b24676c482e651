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
}

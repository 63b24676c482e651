using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>Writes what event source mappings want to know: <c>{"batchItemFailures":[{"itemIdentifier":"…"}]}</c>.</summary>
internal static class FailedItems
{
    /// <summary>Writes the answer.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="statuses">What became of the records, in their order.</param>
    /// <param name="inOrder">Whether the first failure is enough: a stream's records after it come again by themselves.</param>
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

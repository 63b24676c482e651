using System.Text.Json;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Writes the outcomes of records for a caller who waits for them.</summary>
internal static class RecordAnswers
{
    /// <summary>Writes <c>{"results":[…]}</c>, with one answer or error for each record, in their order.</summary>
    public static void WriteList(Utf8JsonWriter writer, RecordStatus[] statuses)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results"u8);
        foreach (RecordStatus status in statuses)
        {
            writer.WriteStartObject();
            if (status.State == RecordState.Done)
            {
                WriteAnswer(writer, status);
            }
            else if ((status.Failure ?? status.Result?.Error) is { } error)
            {
                ResultDocument.WriteError(error, writer);
            }
            else
            {
                writer.WriteStartObject("error"u8);
                writer.WriteString("type"u8, Failure.DeadlineExceeded);
                writer.WriteString(
                    "message"u8,
                    "The function's time ran out before this input was processed. Send fewer inputs in one call, or raise the timeout."u8);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
    }

    /// <summary>Writes the members <c>"model"</c> and <c>"result"</c> of a record that was answered.</summary>
    public static void WriteAnswer(Utf8JsonWriter writer, RecordStatus status)
    {
        writer.WriteStartObject("model"u8);
        ModelJson.WriteMembers(writer, status.Result!.Model);
        writer.WriteEndObject();
        writer.WritePropertyName("result"u8);
        writer.WriteRawValue(status.Json.Span, skipInputValidation: true);
    }
}

using System.Text.Json;

namespace ServerlessInference.Results;

/// <summary>Writes a result as a JSON document that also contains its source and its model.</summary>
/// <remarks>Thread-safe.</remarks>
public static class ResultDocument
{
    /// <summary>Writes a document.</summary>
    /// <remarks>
    /// Its form is <c>{"source":{"bucket","key","versionId"},"model":{"name","version","source"},"result":…}</c>. If the record is not an
    /// object, the source is <c>{"origin","id"}</c>. If there is no answer, the result is replaced with
    /// <c>"error":{"type","message"}</c>.
    /// </remarks>
    /// <param name="record">The record.</param>
    /// <param name="writer">Receives the document.</param>
    public static void Write(SinkRecord record, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteStartObject("source"u8);
        if (record.SourceObject is { } item)
        {
            writer.WriteString("bucket"u8, item.Bucket);
            writer.WriteString("key"u8, item.Key);
            if (item.VersionId is not null)
            {
                writer.WriteString("versionId"u8, item.VersionId);
            }
        }
        else
        {
            writer.WriteString("origin"u8, record.Origin);
            writer.WriteString("id"u8, record.Id);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("model"u8);
        writer.WriteString("name"u8, record.Result.Model.Name);
        writer.WriteString("version"u8, record.Result.Model.Version);
        writer.WriteString("source"u8, record.Result.Model.Source);
        writer.WriteEndObject();
        if (record.Result.Error is { } error)
        {
            WriteError(error, writer);
        }
        else
        {
            writer.WritePropertyName("result"u8);
            writer.WriteRawValue(record.Json.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes the property <c>"error":{"type","message"}</c>.</summary>
    /// <remarks>
    /// Only the message of an <see cref="InvalidInputException"/> is written. Other messages may contain internals of the application and
    /// are replaced with a reference to the log.
    /// </remarks>
    /// <param name="error">The error.</param>
    /// <param name="writer">Receives the property.</param>
    public static void WriteError(Exception error, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, error.GetType().Name);
        writer.WriteString("message"u8, GetMessage(error));
        writer.WriteEndObject();
    }

    internal static string GetMessage(Exception error) =>
        error is InvalidInputException ? error.Message : "The input could not be answered; the function's log says why.";
}

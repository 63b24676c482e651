using System.Text.Json;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>Writes an error in the format of the Runtime API.</summary>
internal static class ErrorJson
{
    public static void Write(Invocation invocation, FunctionError error)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteString("errorMessage"u8, error.Message);
        writer.WriteString("errorType"u8, error.Type);

        // A stack trace is for the log only: the caller may be anybody.
        writer.WriteStartArray("stackTrace"u8);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        invocation.Error = error;
    }
}

using System.Text.Json;

namespace ServerlessInference.Tool.Output;

/// <summary>Why an input failed, as every command writes it: <c>"error":{"type":…,"message":…}</c>.</summary>
/// <param name="Type">A short name that programs can compare, such as <c>Sandbox.Timedout</c>.</param>
/// <param name="Message">One or two sentences for a person.</param>
internal sealed record ErrorInfo(string Type, string Message)
{
    /// <summary>Writes the property <c>error</c> into the object that the writer stands in.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, Type);
        writer.WriteString("message"u8, Message);
        writer.WriteEndObject();
    }
}

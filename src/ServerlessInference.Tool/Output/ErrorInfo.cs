using System.Text.Json;

namespace ServerlessInference.Tool.Output;

/// <summary>The reason why an input failed, as all commands write it: <c>"error":{"type":…,"message":…}</c>.</summary>
/// <param name="Type">A short name that programs can compare, such as <c>Sandbox.Timedout</c>.</param>
/// <param name="Message">One or two sentences for people.</param>
internal sealed record ErrorInfo(string Type, string Message)
{
    /// <summary>Writes the property <c>error</c> into the current object of the writer.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, Type);
        writer.WriteString("message"u8, Message);
        writer.WriteEndObject();
    }
}

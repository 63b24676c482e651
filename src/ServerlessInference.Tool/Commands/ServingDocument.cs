using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The first document of <c>serve</c>: the front is ready, and where.</summary>
internal sealed class ServingDocument(string url) : IJsonDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, url);
        writer.WriteEndObject();
    }

    /// <summary>One line for a person who watches.</summary>
    public override string ToString() => url;
}

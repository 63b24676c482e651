using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The first document of <c>serve</c>: the server is ready, and its URL.</summary>
internal sealed class ServingDocument(string url) : IJsonDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, url);
        writer.WriteEndObject();
    }

    /// <summary>Returns a line of text for people.</summary>
    public override string ToString() => url;
}

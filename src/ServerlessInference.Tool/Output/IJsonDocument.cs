using System.Text.Json;

namespace ServerlessInference.Tool.Output;

/// <summary>A result of a command, which is written as one line of JSON.</summary>
internal interface IJsonDocument
{
    /// <summary>Writes the document as one JSON value. Its schema is in docs/cli.md.</summary>
    void WriteJson(Utf8JsonWriter writer);
}

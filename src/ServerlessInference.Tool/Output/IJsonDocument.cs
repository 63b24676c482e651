using System.Text.Json;

namespace ServerlessInference.Tool.Output;

/// <summary>One result of a command, written as one line of JSON.</summary>
internal interface IJsonDocument
{
    /// <summary>Writes the document as one JSON value whose schema stands in docs/cli.md.</summary>
    void WriteJson(Utf8JsonWriter writer);
}

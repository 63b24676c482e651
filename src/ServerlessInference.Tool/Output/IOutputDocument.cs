using System.Text.Json;

namespace ServerlessInference.Tool.Output;

/// <summary>One result of a command. It can be written as one line of JSON or as rows of a table.</summary>
internal interface IOutputDocument
{
    /// <summary>Writes the document as one JSON value whose schema stands in docs/cli.md.</summary>
    void WriteJson(Utf8JsonWriter writer);

    /// <summary>Adds the document's rows to a table that has the command's columns.</summary>
    void AddRows(Table table);
}

using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>
/// The answer of a model to an input. Its JSON is that of the library, as a function would return it, so that a query that was tried with
/// the tool works with the function too; in front of it are members that identify the input.
/// </summary>
/// <param name="identify">Writes the members that identify the input, such as <c>file</c> or <c>line</c>.</param>
/// <param name="answer">The answer: a JSON object that the library wrote.</param>
/// <param name="addRows">Adds the rows for people.</param>
internal sealed class ModelAnswerDocument(
    Action<Utf8JsonWriter> identify, ReadOnlyMemory<byte> answer, Action<Table> addRows) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        identify(writer);
        using (JsonDocument document = JsonDocument.Parse(answer))
        {
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table) => addRows(table);
}

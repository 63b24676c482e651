using System.Globalization;
using System.Text.Json;
using ServerlessInference.Text;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>answer</c>: the best answers, taken from the text.</summary>
internal sealed record AnswerDocument(string Question, IReadOnlyList<Answer> Answers) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("question"u8, Question);
        writer.WriteStartArray("answers"u8);
        foreach (var answer in Answers)
        {
            writer.WriteStartObject();
            writer.WriteString("text"u8, answer.Text);
            writer.WriteNumber("score"u8, answer.Score);
            writer.WriteNumber("start"u8, answer.Start);
            writer.WriteNumber("end"u8, answer.End);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        foreach (var answer in Answers)
        {
            table.Add(
                answer.Score.ToString("0.000", CultureInfo.InvariantCulture),
                answer.Start.ToString(CultureInfo.InvariantCulture),
                answer.End.ToString(CultureInfo.InvariantCulture),
                answer.Text);
        }
    }
}

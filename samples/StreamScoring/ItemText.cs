using System.Text.Json;
using ServerlessInference;

namespace StreamScoring;

/// <summary>Reads the text of a table's item out of a change record, as DynamoDB writes it into a Kinesis stream.</summary>
internal static class ItemText
{
    /// <summary>Reads the attribute <c>text</c> of the new image.</summary>
    /// <param name="record">The record, JSON.</param>
    /// <returns>The text.</returns>
    /// <exception cref="InvalidInputException">The record is no change record, or its item has no text.</exception>
    public static string Read(ReadOnlyMemory<byte> record)
    {
        try
        {
            using var document = JsonDocument.Parse(record);
            return document.RootElement.GetProperty("dynamodb").GetProperty("NewImage").GetProperty("text").GetProperty("S").GetString()
                ?? throw new InvalidInputException("The item's text is null.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidInputException("The record has no dynamodb.NewImage.text.S; a change record of the table was expected.", exception);
        }
    }
}

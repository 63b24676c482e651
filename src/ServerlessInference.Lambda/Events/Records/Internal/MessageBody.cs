using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Finds the input in the body of a message, of which other services may have made an envelope.</summary>
internal static class MessageBody
{
    /// <summary>Reads the input of a message.</summary>
    /// <param name="body">The message.</param>
    /// <param name="references">The references that are allowed; <see langword="null"/> for none.</param>
    /// <exception cref="InvalidInputException">The message contains no input that can be used.</exception>
    public static RecordInput Read(ReadOnlyMemory<byte> body, ReferenceOptions? references)
    {
        for (int depth = 0; MessageEnvelope.MayBe(body.Span); depth++)
        {
            if (depth == MessageEnvelope.MaxDepth)
            {
                throw new InvalidInputException(
                    $"The message is inside of more than {MessageEnvelope.MaxDepth} envelopes of AWS services.");
            }

            if (Open(body) is not { } inner)
            {
                break;
            }

            body = inner;
        }

        return InputEnvelope.Read(body, references, allowsBareUri: true);
    }

    private static byte[]? Open(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = EventJson.Parse(body);
            return MessageEnvelope.TryOpen(document.RootElement, out string? text, out JsonElement inner)
                ? Encoding.UTF8.GetBytes(text ?? inner.GetRawText())
                : null;
        }
        catch (JsonException)
        {
            // A text that is not JSON is an input itself.
            return null;
        }
    }
}

using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>An event that was named on the command line.</summary>
/// <param name="Name">The path of the file, or <c>-</c> for standard input.</param>
/// <param name="Payload">The event; empty if it could not be read.</param>
/// <param name="Error">The reason why it could not be read, or null.</param>
internal sealed record EventInput(string Name, ReadOnlyMemory<byte> Payload, ErrorInfo? Error)
{
    /// <summary>Reads an event and checks that it is JSON, as Lambda does before it calls a function.</summary>
    public static async Task<EventInput> ReadAsync(string name, ToolConsole console, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> bytes;
        try
        {
            bytes = name == ToolConsole.InputName
                ? await ReadToEndAsync(console.Input, cancellationToken).ConfigureAwait(false)
                : await File.ReadAllBytesAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new EventInput(name, default, new ErrorInfo("EventNotReadable", $"The event cannot be read: {exception.Message}"));
        }

        // Editors on Windows write a byte order mark, which is not a part of the JSON.
        if (bytes.Span.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = JsonLines.MaxCarriedDepth });
            return new EventInput(name, bytes, null);
        }
        catch (JsonException exception)
        {
            string message =
                $"The event is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}). " +
                "Lambda accepts only JSON; 'serverless-inference serve' creates HTTP events from requests with any body.";
            return new EventInput(name, default, new ErrorInfo("InvalidRequestContentException", message));
        }
    }

    /// <summary>Reads a stream to its end.</summary>
    public static async Task<byte[]> ReadToEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, cancellationToken).ConfigureAwait(false);
        return memory.ToArray();
    }
}

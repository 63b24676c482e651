using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ServerlessInference.Tool.Output;

/// <summary>Writes JSON documents to standard output, each immediately and on a line of its own. Thread-safe.</summary>
internal sealed class JsonLines(ToolConsole console) : IDisposable
{
    /// <summary>The maximum depth of JSON that a document may contain from elsewhere, such as the response of a function.</summary>
    public const int MaxCarriedDepth = 512;

    private const int OwnDepth = 16;

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Writes a document.</summary>
    public async Task WriteAsync(IJsonDocument document, CancellationToken cancellationToken)
    {
        var line = new ArrayBufferWriter<byte>();
        var options =
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxCarriedDepth + OwnDepth };
        using (var writer = new Utf8JsonWriter(line, options))
        {
            document.WriteJson(writer);
        }

        line.Write("\n"u8);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await console.Output.WriteAsync(line.WrittenMemory, cancellationToken).ConfigureAwait(false);
            await console.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ServerlessInference.Tool.Output;

/// <summary>
/// Writes a command's documents to standard output: in JSON each at once, on a line of its own; as a table when the command
/// is done, because only then the widths are known. Thread-safe.
/// </summary>
internal sealed class DocumentWriter(ToolConsole console, OutputFormat format, params string[] columns) : IAsyncDisposable
{
    /// <summary>The deepest JSON that is passed on as JSON; AWS itself refuses far flatter events.</summary>
    public const int MaxJsonDepth = 512;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Table _table = new(columns);
    private bool _any;

    /// <summary>Writes one document.</summary>
    public async Task WriteAsync(IOutputDocument document, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (format == OutputFormat.Table)
            {
                document.AddRows(_table);
                _any = true;
                return;
            }

            var line = new ArrayBufferWriter<byte>();
            var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxJsonDepth + 8 };
            using (var writer = new Utf8JsonWriter(line, options))
            {
                document.WriteJson(writer);
            }

            line.Write("\n"u8);
            await console.Output.WriteAsync(line.WrittenMemory, cancellationToken).ConfigureAwait(false);
            await console.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes the table, where one was asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_any)
        {
            await console.OutputText.WriteAsync(_table.ToString()).ConfigureAwait(false);
        }

        _turn.Dispose();
    }
}

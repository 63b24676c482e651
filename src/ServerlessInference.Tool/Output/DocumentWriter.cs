namespace ServerlessInference.Tool.Output;

/// <summary>
/// Writes a command's documents in the requested format: JSON documents immediately, a table when the command has finished, because the
/// widths of its columns are known only then. Not thread-safe.
/// </summary>
internal sealed class DocumentWriter(ToolConsole console, OutputFormat format, params string[] columns) : IAsyncDisposable
{
    private readonly JsonLines _lines = new(console);
    private readonly Table _table = new(columns);

    /// <summary>Writes a document.</summary>
    public Task WriteAsync(ITableDocument document, CancellationToken cancellationToken)
    {
        if (format == OutputFormat.Json)
        {
            return _lines.WriteAsync(document, cancellationToken);
        }

        document.AddRows(_table);
        return Task.CompletedTask;
    }

    /// <summary>Writes the table, if that is the format.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Dispose();
        if (!_table.IsEmpty)
        {
            await console.OutputText.WriteAsync(_table.ToString()).ConfigureAwait(false);
        }
    }
}

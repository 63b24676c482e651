namespace ServerlessInference.Tool.Output;

/// <summary>
/// Writes a command's documents in the format that was asked for: in JSON each at once, as a table when the command is done,
/// because only then the widths are known. Used from one call at a time.
/// </summary>
internal sealed class DocumentWriter(ToolConsole console, OutputFormat format, params string[] columns) : IAsyncDisposable
{
    private readonly JsonLines _lines = new(console);
    private readonly Table _table = new(columns);

    /// <summary>Writes one document.</summary>
    public Task WriteAsync(ITableDocument document, CancellationToken cancellationToken)
    {
        if (format == OutputFormat.Json)
        {
            return _lines.WriteAsync(document, cancellationToken);
        }

        document.AddRows(_table);
        return Task.CompletedTask;
    }

    /// <summary>Writes the table, where one was asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Dispose();
        if (!_table.IsEmpty)
        {
            await console.OutputText.WriteAsync(_table.ToString()).ConfigureAwait(false);
        }
    }
}

using System.Text;
using ServerlessInference.Results;

/// <summary>Writes each result as a line to the function's log. Replace it with the destination that you need.</summary>
internal sealed class ResultLog(TextWriter log) : IResultSink
{
    public async ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
    {
        string result = record.Result.Error is null
            ? Encoding.UTF8.GetString(record.Json.Span)
            : $"error: {record.Result.Error.Message}";
        await log.WriteLineAsync($"{record.Id} {result}".AsMemory(), cancellationToken);
    }
}

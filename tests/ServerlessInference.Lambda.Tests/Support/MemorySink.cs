using System.Text;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Tests;

/// <summary>A sink that receives results one by one.</summary>
internal class MemorySink : IResultSink
{
    public Func<SinkRecord, Exception?> Fails { get; set; } = _ => null;

    public List<SinkRecord> Records { get; } = [];

    public IEnumerable<string> Written => Records.Select(record =>
        $"{record.SourceObject?.ToString() ?? record.Id} " +
        $"{(record.Result.Error is { } error ? error.Message : Encoding.UTF8.GetString(record.Json.Span))}");

    public virtual ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
    {
        if (Fails(record) is { } failure)
        {
            throw failure;
        }

        Records.Add(record with { Json = record.Json.ToArray() });
        return ValueTask.CompletedTask;
    }
}

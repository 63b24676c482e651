using ServerlessInference.Results;

namespace ServerlessInference.HostFunction;

/// <summary>Writes the outcome of each record to the log.</summary>
internal sealed class ConsoleSink : IResultSink
{
    public ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
    {
        string outcome = record.Result.Error switch
        {
            null => "answered",
            InvalidInputException invalid => invalid.Kind.ToString(),
            var error => error.ToString(),
        };
        Console.WriteLine($"{record.Id}: {outcome}");
        return ValueTask.CompletedTask;
    }
}

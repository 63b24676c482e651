namespace ServerlessInference.Results;

/// <summary>Stores the results of events to which nobody waits for an answer: messages of a queue, records of a stream, objects.</summary>
/// <remarks>
/// Implementations must be thread-safe, because a function may process several events at a time. Writing must be idempotent: if a batch
/// fails, it is redelivered, and results that have been written are written again.
/// </remarks>
/// <example>
/// <code>
/// public sealed class LoggingSink(ILogger&lt;LoggingSink&gt; logger) : IResultSink
/// {
///     public ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
///     {
///         logger.LogInformation("{Id}: {Answer}", record.Id, Encoding.UTF8.GetString(record.Json.Span));
///         return ValueTask.CompletedTask;
///     }
/// }
/// </code>
/// </example>
public interface IResultSink
{
    /// <summary>Writes one result.</summary>
    /// <param name="record">
    /// The outcome of the record: an answer, or an error that would occur again if the record were redelivered.
    /// </param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>A task that completes when the result has been stored. If it fails, the record is redelivered.</returns>
    ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default);
}

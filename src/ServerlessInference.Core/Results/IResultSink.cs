namespace ServerlessInference.Results;

/// <summary>Takes the results of events that nobody waits for: messages of a queue, records of a stream, objects of a bucket.</summary>
/// <remarks>
/// <para>Thread-safe: a function may serve several events at a time. A record may come a second time, when a batch is delivered again
/// after a failure: writing it twice must do no harm.</para>
/// </remarks>
public interface IResultSink
{
    /// <summary>Writes one result.</summary>
    /// <param name="record">What became of the record: an answer, or an error that sending it again would not cure.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>A task that ends when the result is safe. An exception makes the record one that failed and is delivered again.</returns>
    ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default);
}

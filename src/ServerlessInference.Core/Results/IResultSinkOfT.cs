namespace ServerlessInference.Results;

/// <summary>Takes the results of events with the pipeline's own type rather than as JSON: for a sink of the application.</summary>
/// <typeparam name="T">What the pipeline answers.</typeparam>
/// <remarks>As <see cref="IResultSink"/>: thread-safe, and writing a record twice must do no harm.</remarks>
public interface IResultSink<T>
{
    /// <summary>Writes one result.</summary>
    /// <param name="record">Where the result comes from.</param>
    /// <param name="result">The answer, or an error that sending the record again would not cure.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>A task that ends when the result is safe. An exception makes the record one that failed and is delivered again.</returns>
    ValueTask WriteAsync(SinkRecord record, InferenceResult<T> result, CancellationToken cancellationToken = default);
}

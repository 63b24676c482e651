namespace ServerlessInference.Results;

/// <summary>Stores results as objects of the pipeline's type instead of JSON. Intended for sinks of the application.</summary>
/// <typeparam name="T">The type of the pipeline's answers.</typeparam>
/// <remarks>Implementations must be thread-safe, and writing must be idempotent (<see cref="IResultSink"/>).</remarks>
public interface IResultSink<T>
{
    /// <summary>Writes one result.</summary>
    /// <param name="record">The record that the result belongs to.</param>
    /// <param name="result">The answer, or an error that would occur again if the record were redelivered.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>A task that completes when the result has been stored. If it fails, the record is redelivered.</returns>
    ValueTask WriteAsync(SinkRecord record, InferenceResult<T> result, CancellationToken cancellationToken = default);
}

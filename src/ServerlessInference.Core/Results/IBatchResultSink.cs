namespace ServerlessInference.Results;

/// <summary>A sink that writes several results more efficiently together, for example with one request.</summary>
/// <remarks>Implementations must be thread-safe, like those of <see cref="IResultSink"/>.</remarks>
public interface IBatchResultSink : IResultSink
{
    /// <summary>Writes results.</summary>
    /// <param name="records">
    /// The records, in the order of their event. Their <see cref="SinkRecord.Json"/> is valid only during the call.
    /// </param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>
    /// For each record, in the same order: <see langword="null"/> if its result has been stored, otherwise the error. A record with an
    /// error is redelivered. In a stream, all records after it are redelivered as well, although they may have been written.
    /// </returns>
    ValueTask<IReadOnlyList<Exception?>> WriteAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellationToken = default);
}

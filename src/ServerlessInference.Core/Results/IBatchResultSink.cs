namespace ServerlessInference.Results;

/// <summary>A sink that does better with several results at a time: one request for many, or several requests at once.</summary>
/// <remarks>Called from many threads at once, as <see cref="IResultSink"/> is.</remarks>
public interface IBatchResultSink : IResultSink
{
    /// <summary>Writes results.</summary>
    /// <param name="records">The records, in the order of their event. <see cref="SinkRecord.Json"/> of all of them is valid during the call.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>
    /// For each record, in the same order, <see langword="null"/> where its result is safe, or why it is not; such a record is delivered
    /// again. Of records in order, those behind a failed one are delivered again as well and may have been written already.
    /// </returns>
    ValueTask<IReadOnlyList<Exception?>> WriteAsync(IReadOnlyList<SinkRecord> records, CancellationToken cancellationToken = default);
}

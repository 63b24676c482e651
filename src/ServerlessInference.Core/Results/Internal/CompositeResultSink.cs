namespace ServerlessInference.Results;

/// <summary>Writes each result to several sinks in parallel. If one of them fails, the record counts as failed.</summary>
internal sealed class CompositeResultSink(IResultSink[] sinks) : IBatchResultSink, IObjectResultSink
{
    public IReadOnlyList<ObjectPattern> Targets { get; } = [.. sinks.OfType<IObjectResultSink>().SelectMany(sink => sink.Targets)];

    public async ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<Exception?> errors = await WriteAsync([record], cancellationToken).ConfigureAwait(false);
        if (errors[0] is { } error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        }
    }

    public async ValueTask<IReadOnlyList<Exception?>> WriteAsync(
        IReadOnlyList<SinkRecord> records, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<Exception?>[] errorsBySink = await Task.WhenAll(
            sinks.Select(sink => WriteToAsync(sink, records, cancellationToken))).ConfigureAwait(false);
        var errors = new Exception?[records.Count];
        for (int i = 0; i < errors.Length; i++)
        {
            errors[i] = Array.Find(errorsBySink, ofSink => ofSink[i] is not null)?[i];
        }

        return errors;
    }

    private static async Task<IReadOnlyList<Exception?>> WriteToAsync(
        IResultSink sink, IReadOnlyList<SinkRecord> records, CancellationToken cancellationToken)
    {
        var errors = new Exception?[records.Count];
        try
        {
            if (sink is IBatchResultSink batch)
            {
                return await batch.WriteAsync(records, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Array.Fill(errors, exception);
            return errors;
        }

        for (int i = 0; i < errors.Length; i++)
        {
            try
            {
                await sink.WriteAsync(records[i], cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                errors[i] = exception;
            }
        }

        return errors;
    }
}

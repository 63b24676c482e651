namespace ServerlessInference.Models;

/// <summary>Runs an operation of a model source in such a way that its caller can always stop waiting.</summary>
/// <remarks>
/// A source may block before its first await, or ignore its token, for example while a mount hangs. The operation therefore runs on another
/// thread, and is abandoned if the caller no longer waits for it: it is told to stop, and if it still returns a result, that is discarded.
/// </remarks>
internal static class AbandonableOperation
{
    /// <summary>Runs an operation, and waits for it.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="discard">Releases a result that nobody waits for any more.</param>
    /// <param name="timeout">How long to wait; may be infinite.</param>
    /// <param name="time">The clock for the timeout.</param>
    /// <param name="cancellationToken">Stops the operation and the waiting.</param>
    /// <exception cref="TimeoutException">The operation took longer than the timeout.</exception>
    public static async Task<T> RunAsync<T>(
        IModelSource source,
        Func<IModelSource, CancellationToken, ValueTask<T>> operation,
        Action<T> discard,
        TimeSpan timeout,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        // Disposed when the operation has ended, which may be long after this method has.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<T> task = Task.Run(() => operation(source, stop.Token).AsTask(), CancellationToken.None);
        bool isReturned = false;
        try
        {
            T result = await task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            isReturned = true;
            return result;
        }
        finally
        {
            if (isReturned || task.IsFaulted || task.IsCanceled)
            {
                stop.Dispose();
            }
            else
            {
                // The operation is still running, or has succeeded only just now. Either way, nobody else would discard its result.
                _ = AbandonAsync(task, discard, stop);
            }
        }
    }

    private static async Task AbandonAsync<T>(Task<T> task, Action<T> discard, CancellationTokenSource stop)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsCompletedSuccessfully)
        {
            discard(await task.ConfigureAwait(false));
        }

        stop.Dispose();
    }
}

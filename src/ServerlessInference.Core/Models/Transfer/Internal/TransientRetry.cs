namespace ServerlessInference.Models.Transfer;

/// <summary>Asks a question of a server again when the trouble may pass.</summary>
internal sealed class TransientRetry(string description, RemoteModelOptions options, TimeProvider time)
{
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var idle = new CancellationTokenSource(options.IdleTimeout, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
            try
            {
                return await ask(linked.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (
                !cancellationToken.IsCancellationRequested
                && exception is IOException or TimeoutException or HttpRequestException or OperationCanceledException)
            {
                if (attempt >= options.MaxAttempts)
                {
                    string reason = exception is OperationCanceledException
                        ? $"no answer within {options.IdleTimeout.TotalSeconds:0.###} s"
                        : exception.Message;
                    throw new ModelLoadException($"{description} cannot be reached: {attempt} attempts failed, the last with: {reason}", exception);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5_000, 100 << Math.Min(attempt - 1, 10))), time, cancellationToken).ConfigureAwait(false);
        }
    }
}

using ServerlessInference.Shared;

namespace ServerlessInference.Models.Transfer;

/// <summary>Sends a request to a server again after a transient failure. Each attempt has a time limit.</summary>
internal sealed class TransientRetry(string description, TimeSpan attemptTimeout, RetryStrategy retry, TimeProvider time)
{
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> request, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var limit = new CancellationTokenSource(attemptTimeout, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                return await request(linked.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (RetryStrategy.IsTransient(exception, cancellationToken))
            {
                if (attempt >= retry.MaxAttempts)
                {
                    string reason = exception is OperationCanceledException
                        ? $"no answer within {attemptTimeout.TotalSeconds:0.###} s"
                        : exception.Message;
                    throw new ModelLoadException(
                        $"{description} cannot be reached: {attempt} attempts failed, the last with: {reason}", exception);
                }
            }

            await retry.PauseAsync(attempt, time, cancellationToken).ConfigureAwait(false);
        }
    }
}

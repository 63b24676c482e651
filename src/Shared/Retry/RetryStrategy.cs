using System.Net.Sockets;

namespace ServerlessInference.Shared;

/// <summary>
/// How often an operation is attempted, how long to pause between attempts, and which failures are worth another attempt.
/// </summary>
/// <remarks>
/// <para>The pause doubles with each failure in a row, from the first pause up to the longest one. Jitter then shortens it by a random
/// fraction: with a jitter of 0.5, it takes between a half and all of its length. Without jitter, environments that are throttled together
/// would all come back together.</para>
/// <para>Packages do not see each other's internals, so this file is compiled into each package that retries. Immutable and
/// thread-safe.</para>
/// </remarks>
/// <param name="maxAttempts">How many attempts may fail in a row.</param>
/// <param name="firstPause">The pause after the first failure.</param>
/// <param name="maxPause">The longest pause.</param>
/// <param name="jitter">The largest fraction by which a pause is shortened, 0 to 1.</param>
/// <param name="random">Gives fractions from 0 to 1; <see langword="null"/> takes <see cref="SnapshotSafeRandom"/>.</param>
internal sealed class RetryStrategy(
    int maxAttempts, TimeSpan firstPause, TimeSpan maxPause, double jitter = 0.5, Func<double>? random = null)
{
    /// <summary>After this many doublings every pause has reached its limit; more would overflow.</summary>
    private const int MaxDoublings = 30;

    /// <summary>Gets how many attempts may fail in a row.</summary>
    public int MaxAttempts => maxAttempts;

    /// <summary>Determines whether an exception reports a failure of the transport, which another attempt may not run into.</summary>
    public static bool IsTransportFailure(Exception exception) =>
        exception is IOException or TimeoutException or HttpRequestException or SocketException;

    /// <summary>Determines whether an attempt with a time limit of its own failed in a way that another attempt may not.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="cancellationToken">The caller's token. A cancellation that it did not cause comes from the time limit.</param>
    public static bool IsTransient(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && (exception is OperationCanceledException || IsTransportFailure(exception));

    /// <summary>
    /// Determines whether an HTTP status reports a failure that may be over soon: a timeout, throttling, or a server error.
    /// </summary>
    public static bool IsTransientStatus(int status) => status is 408 or 429 or >= 500;

    /// <summary>Gets the pause before the next attempt.</summary>
    /// <param name="failures">How many attempts have failed in a row; zero gives no pause.</param>
    public TimeSpan GetPause(int failures)
    {
        if (failures <= 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan growing = firstPause * Math.Pow(2, Math.Min(failures - 1, MaxDoublings));
        TimeSpan pause = growing < maxPause ? growing : maxPause;
        return jitter > 0 ? pause * (1 - (jitter * (random?.Invoke() ?? SnapshotSafeRandom.NextFraction()))) : pause;
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="failures">How many attempts have failed in a row.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    public Task PauseAsync(int failures, TimeProvider time, CancellationToken cancellationToken)
    {
        TimeSpan pause = GetPause(failures);
        return pause > TimeSpan.Zero ? Task.Delay(pause, time, cancellationToken) : Task.CompletedTask;
    }
}

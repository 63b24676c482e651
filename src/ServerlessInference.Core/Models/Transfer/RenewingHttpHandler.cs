namespace ServerlessInference.Models.Transfer;

/// <summary>Sends requests over kept connections, but never over those of before a long sleep: a function is frozen between events, and with SnapStart woken up as a copy of itself.</summary>
/// <remarks>
/// <para>A connection whose other end is gone answers with silence at worst, and every attempt over one of them would take its whole timeout. A copy's timestamps go on
/// where the snapshot was taken, so the pool of <see cref="SocketsHttpHandler"/> takes its connections for fresh; the wall clock tells the truth.</para>
/// <para>Requests on their way are left alone. Thread-safe.</para>
/// </remarks>
public sealed class RenewingHttpHandler : HttpMessageHandler
{
    /// <summary>As long as connections are kept without a request. Network load balancers and gateways keep theirs for longer.</summary>
    private static readonly TimeSpan MostIdle = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Action<SocketsHttpHandler>? _configure;
    private HttpMessageInvoker? _current;
    private DateTimeOffset _lastUse;

    /// <summary>Creates a handler. Connections come into being with the first request.</summary>
    /// <param name="timeProvider">The clock whose wall time tells a sleep; <see langword="null"/> for the system's.</param>
    /// <param name="configure">Changes the settings of the connections each time; may be <see langword="null"/>.</param>
    public RenewingHttpHandler(TimeProvider? timeProvider = null, Action<SocketsHttpHandler>? configure = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        _configure = configure;
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Current().SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Dispose();
        }

        base.Dispose(disposing);
    }

    // What was used before is not disposed of: somebody may be about to send over it. Its idle connections end by themselves.
    private HttpMessageInvoker Current()
    {
        lock (_gate)
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (_current is null || (now - _lastUse).Duration() > MostIdle)
            {
                var connections = new SocketsHttpHandler
                {
                    AutomaticDecompression = System.Net.DecompressionMethods.None,
                    ConnectTimeout = TimeSpan.FromSeconds(10),
                    EnableMultipleHttp2Connections = true,
                    PooledConnectionIdleTimeout = MostIdle,
                    UseCookies = false,
                };
                _configure?.Invoke(connections);
                _current = new HttpMessageInvoker(connections);
            }

            _lastUse = now;
            return _current;
        }
    }
}

namespace ServerlessInference.Shared;

/// <summary>Sends requests over pooled connections, but discards the pool after a long pause.</summary>
/// <remarks>
/// <para>AWS Lambda freezes a function between events, and SnapStart resumes copies of a snapshot. The other end of a pooled connection may
/// be gone by then. In the worst case it does not even refuse packets, so a request over such a connection would take its whole
/// timeout.</para>
/// <para>The pool of <see cref="SocketsHttpHandler"/> does not notice, because the monotonic clock of a copy continues where the snapshot
/// was taken and the connections look fresh. The wall clock does show how much time has passed.</para>
/// <para>Requests in progress are not affected. Thread-safe.</para>
/// </remarks>
internal sealed class RenewingHttpHandler : HttpMessageHandler
{
    /// <summary>How long connections are kept without a request. Network load balancers and gateways keep theirs for longer.</summary>
    private static readonly TimeSpan MaxIdleTime = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Action<SocketsHttpHandler>? _configure;
    private HttpMessageInvoker? _current;
    private DateTimeOffset _lastUse;

    /// <summary>Creates a handler. It opens connections when they are needed.</summary>
    /// <param name="timeProvider">The clock whose wall time reveals a pause; <see langword="null"/> for the system clock.</param>
    /// <param name="configure">Changes the settings of each new pool; may be <see langword="null"/>.</param>
    public RenewingHttpHandler(TimeProvider? timeProvider = null, Action<SocketsHttpHandler>? configure = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        _configure = configure;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        GetCurrentPool().SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Dispose();
        }

        base.Dispose(disposing);
    }

    // The previous pool is not disposed, because another thread may be about to send a request over it. Its idle connections close by
    // themselves.
    private HttpMessageInvoker GetCurrentPool()
    {
        lock (_gate)
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (_current is null || (now - _lastUse).Duration() > MaxIdleTime)
            {
                var connections = new SocketsHttpHandler
                {
                    AutomaticDecompression = System.Net.DecompressionMethods.None,
                    ConnectTimeout = TimeSpan.FromSeconds(10),
                    EnableMultipleHttp2Connections = true,
                    PooledConnectionIdleTimeout = MaxIdleTime,
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

using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>
/// A bare Kestrel server on 127.0.0.1, without host and middleware, so that it starts within milliseconds. It never aborts a request
/// because it is slow or large; handlers enforce their own limits.
/// </summary>
internal sealed class LocalHttpServer : IAsyncDisposable
{
    // Not infinite: Kestrel adds this to its clock, so an infinite value would overflow, and idle connections would be closed within a
    // second.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromDays(1);

    private readonly KestrelServer _server;

    private LocalHttpServer(KestrelServer server, int port)
    {
        _server = server;
        Port = port;
    }

    /// <summary>Gets the port that the server listens on.</summary>
    public int Port { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="port">The port, or 0 for any free one.</param>
    /// <param name="handler">Handles every request; it must not throw.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<LocalHttpServer> StartAsync(int port, RequestDelegate handler, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.KeepAliveTimeout = KeepAlive;
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(new Application(handler), cancellationToken).ConfigureAwait(false);
            string address = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            return new LocalHttpServer(server, new Uri(address).Port);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening and aborts the requests in progress.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
    }

    private sealed class Application(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}

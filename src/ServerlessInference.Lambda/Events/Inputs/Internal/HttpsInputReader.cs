using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ServerlessInference.Shared;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>Fetches files of web servers that a sender has named.</summary>
/// <remarks>
/// The rules are checked against the address to which the connection is then made, for every redirect again. Neither a name that resolves
/// to an address in the function's own network, nor one that resolves to another address the second time, gets around them.
/// </remarks>
internal sealed class HttpsInputReader : IDisposable
{
    private static readonly HttpRequestOptionsKey<bool> PrivateKey = new("private-addresses");

    private readonly TimeProvider _time;
    private readonly HttpsInputHooks _hooks;
    private readonly HttpMessageInvoker _client;

    public HttpsInputReader(TimeProvider time, HttpsInputHooks? hooks = null)
    {
        _time = time;
        _hooks = hooks ?? new HttpsInputHooks();
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),

            // A connection was allowed for its request only. The rules of the next request may be different, so no connection is reused.
            PooledConnectionIdleTimeout = TimeSpan.Zero,
            MaxResponseHeadersLength = 32,
            ConnectCallback = ConnectAsync,
        };
        _hooks.Configure?.Invoke(handler);
        _client = new HttpMessageInvoker(handler);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Fetches a file.</summary>
    /// <exception cref="InvalidInputException">The file does not exist, is too large, or is at an address that is not allowed.</exception>
    /// <exception cref="IOException">The file cannot be fetched at the moment.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Uri url, ReferenceOptions limits, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limits.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            for (int redirects = 0; ; redirects++)
            {
                using HttpResponseMessage response = await SendAsync(url, limits, either.Token).ConfigureAwait(false);
                if (GetRedirect(response, url) is not { } next)
                {
                    return await ReadBodyAsync(response, limits, either.Token).ConfigureAwait(false);
                }

                if (redirects == limits.MaxRedirects)
                {
                    throw Refused($"The input's web server redirects more than {limits.MaxRedirects} times.");
                }

                if (next.Scheme != Uri.UriSchemeHttps || next.UserInfo.Length > 0 || !limits.Allows(next))
                {
                    throw Refused("The input's web server redirects to a URL that may not be named here.");
                }

                url = next;
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(
                string.Create(CultureInfo.InvariantCulture, $"The input's web server took more than {limits.Timeout.TotalSeconds:N1} s."),
                exception);
        }
        catch (HttpRequestException exception)
        {
            throw Translate(exception);
        }
    }

    /// <summary>Separates what is wrong with the URL, which another attempt cannot mend, from an error of the network.</summary>
    private static Exception Translate(HttpRequestException exception) => exception.InnerException switch
    {
        InvalidInputException refused => refused,
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } => Refused(
            "The name of the input's web server does not exist in DNS. Correct the URL."),
        SocketException { SocketErrorCode: var error } when IsUnroutable(error) => Refused(
            "The address of the input's web server cannot be reached from here: there is no route to it. Name a server that can be."),
        _ => new IOException($"The request to the input's web server failed ({exception.HttpRequestError}).", exception),
    };

    private static bool IsUnroutable(SocketError error) => error is SocketError.NetworkUnreachable or SocketError.HostUnreachable
        or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;

    private static InvalidInputException Refused(string message) => new(InvalidInputKind.Unprocessable, message);

    private async ValueTask<HttpResponseMessage> SendAsync(Uri url, ReferenceOptions limits, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Options.Set(PrivateKey, limits.PrivateAddresses);
        request.Headers.ConnectionClose = true;
        request.Headers.AcceptEncoding.ParseAdd("identity");
        return await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static Uri? GetRedirect(HttpResponseMessage response, Uri url)
    {
        bool isRedirect = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        if (!isRedirect || response.Headers.Location is not { } location)
        {
            return null;
        }

        return Uri.TryCreate(url, location, out Uri? next)
            ? next
            : throw Refused("The input's web server redirects to something that is not a URL.");
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(
        HttpResponseMessage response, ReferenceOptions limits, CancellationToken cancellationToken)
    {
        int status = (int)response.StatusCode;
        if (status != 200)
        {
            string message = $"The input's web server responded with {status}.";
            throw status is 408 or 429 or >= 500 ? new IOException(message) : Refused(message);
        }

        string codings = string.Join(',', response.Content.Headers.ContentEncoding);
        if (ContentCoding.FindForeign(codings, response.RequestMessage?.RequestUri?.AbsolutePath ?? string.Empty) is { } coding)
        {
            throw new InvalidInputException(
                InvalidInputKind.UnsupportedFormat,
                $"The input's web server sends the file with Content-Encoding: {coding}, which is not decoded. Serve the file as it is.");
        }

        long announced = response.Content.Headers.ContentLength ?? 0;
        ThrowIfTooLarge(announced, limits.MaxBytes);
        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] content = GC.AllocateUninitializedArray<byte>((int)Math.Max(Math.Min(announced, limits.MaxBytes), 4096));
        int length = 0;
        while (true)
        {
            if (length == content.Length)
            {
                // One byte more than the limit suffices to detect that the file is too large.
                Array.Resize(ref content, (int)Math.Min(Math.Max(2L * content.Length, 64 * 1024), limits.MaxBytes + 1));
            }

            int read = await body.ReadAsync(content.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return content.AsMemory(0, length);
            }

            length += read;
            ThrowIfTooLarge(length, limits.MaxBytes);
        }
    }

    private static void ThrowIfTooLarge(long length, long maxBytes)
    {
        if (length > maxBytes)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge,
                string.Create(
                    CultureInfo.InvariantCulture, $"The input's file is larger than {maxBytes:N0} bytes, the maximum that is fetched."));
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        bool privateAddresses = context.InitialRequestMessage.Options.TryGetValue(PrivateKey, out bool allowed) && allowed;
        IPAddress[] addresses = await _hooks.Resolve(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        Exception? last = null;
        foreach (IPAddress address in addresses)
        {
            if (!_hooks.Allows(address, privateAddresses))
            {
                last ??= Refused(
                    "The input's web server has an address that may not be reached from here: a private, a link-local or a reserved one.");
                continue;
            }

            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception exception)
            {
                socket.Dispose();
                if (exception is not SocketException)
                {
                    throw;
                }

                last = exception;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }
}

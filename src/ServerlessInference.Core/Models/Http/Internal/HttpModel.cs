using System.Net;
using System.Net.Http.Headers;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Shared;

namespace ServerlessInference.Models.Http;

/// <summary>An object on a web server (RFC 9110). Connections are created by the first request.</summary>
internal sealed class HttpModel : IRemoteModel
{
    private readonly Uri _uri;
    private readonly Lazy<HttpClient> _client;

    public HttpModel(Uri uri, TimeProvider? timeProvider = null)
    {
        _uri = uri;

        // The query may contain a signature and the user information a password. Neither belongs in a log.
        Description = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        ObjectName = Uri.UnescapeDataString(uri.Segments[^1].TrimEnd('/'));

        // Each read has its own timeout, so the client needs none.
        _client = new Lazy<HttpClient>(() => new HttpClient(new RenewingHttpHandler(timeProvider)) { Timeout = Timeout.InfiniteTimeSpan });
    }

    public string Description { get; }

    public string? ObjectName { get; }

    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await RequestHeadersAsync(cancellationToken).ConfigureAwait(false);
        bool isPartial = response.StatusCode == HttpStatusCode.PartialContent;
        HttpContentHeaders headers = response.Content.Headers;
        if ((isPartial ? headers.ContentRange?.Length : headers.ContentLength) is not { } length)
        {
            throw new ModelLoadException(
                $"{Description}: the server does not report the size of the object (Content-Length). Serve it as a static file.");
        }

        var validators = HttpValidators.Read(response);

        // Without a strong ETag, two ranges could belong to different versions of the object.
        bool acceptsRanges = validators.StrongTag is not null && (isPartial || response.Headers.AcceptRanges.Contains("bytes"));
        return [new HttpObject(this, Description, ObjectName!, length, validators, acceptsRanges, ReadDigest(response))];
    }

    public async ValueTask<Stream> OpenReadAsync(HttpObject item, long offset, long length, CancellationToken cancellationToken)
    {
        bool isPart = item.AcceptsRanges && (offset > 0 || length < item.Length);
        RangeHeaderValue? range = isPart ? new RangeHeaderValue(offset, offset + length - 1) : null;
        HttpResponseMessage response = EnsureSuccess(
            await SendAsync(HttpMethod.Get, range, item.Validators.StrongTag, cancellationToken).ConfigureAwait(false));
        try
        {
            ContentRangeHeaderValue? received = response.Content.Headers.ContentRange;
            if (range is not null && (response.StatusCode != HttpStatusCode.PartialContent || received?.From != offset))
            {
                throw new ModelLoadException(
                    $"{Description}: the server advertises ranges, but answered a range request with status {(int)response.StatusCode} " +
                    "and other bytes. Serve the object without ranges (Accept-Ranges: none).");
            }

            long? whole = range is null ? response.Content.Headers.ContentLength : received?.Length;
            if ((whole is not null && whole != item.Length) || !item.Validators.Match(HttpValidators.Read(response)))
            {
                throw new ModelChangedException($"{Description} was replaced while it was being read.");
            }

            return new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Requests the headers only.</summary>
    /// <remarks>
    /// If the server rejects HEAD, the first byte is requested instead: a presigned address, such as those of S3, is signed for GET alone.
    /// </remarks>
    private async ValueTask<HttpResponseMessage> RequestHeadersAsync(CancellationToken cancellationToken)
    {
        HttpResponseMessage head = await SendAsync(HttpMethod.Head, null, null, cancellationToken).ConfigureAwait(false);
        if (head.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented))
        {
            return EnsureSuccess(head);
        }

        head.Dispose();
        return EnsureSuccess(await SendAsync(HttpMethod.Get, new RangeHeaderValue(0, 0), null, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<HttpResponseMessage> SendAsync(
        HttpMethod method, RangeHeaderValue? range, EntityTagHeaderValue? tag, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, _uri);
        request.Headers.Range = range;
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (tag is not null)
        {
            request.Headers.IfMatch.Add(tag);
        }

        return await _client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    private HttpResponseMessage EnsureSuccess(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
        {
            CheckCoding(response);
            return response;
        }

        int status = (int)response.StatusCode;
        response.Dispose();
        throw status switch
        {
            412 => new ModelChangedException($"{Description} was replaced while it was being read."),
            404 or 410 => new ModelLoadException($"{Description} does not exist ({status}). Check the URI."),
            401 or 403 => new ModelLoadException(
                $"The server denied access to {Description} ({status}). Check the signature in the URI, whether it has expired, and the " +
                "network configuration."),
            _ when RetryStrategy.IsTransientStatus(status) => new IOException($"the server answered {status}"),
            _ => new ModelLoadException($"{Description} cannot be read: the server answered {status}."),
        };
    }

    /// <summary>Refuses an object that arrives in another form than it has as a file.</summary>
    private void CheckCoding(HttpResponseMessage response)
    {
        if (ContentCoding.FindForeign(string.Join(',', response.Content.Headers.ContentEncoding), ObjectName!) is { } coding)
        {
            response.Dispose();
            throw new ModelLoadException(
                $"{Description} is sent with Content-Encoding: {coding}, although it was requested without (Accept-Encoding: identity). " +
                "Serve the file as it is, or pack it as tar.gz.");
        }
    }

    /// <summary>Reads the SHA-256 of the whole representation if the server sends it (RFC 9530, <c>Repr-Digest</c>).</summary>
    private static ContentDigest? ReadDigest(HttpResponseMessage response)
    {
        const string Prefix = "sha-256=:";
        if (response.Headers.TryGetValues("Repr-Digest", out IEnumerable<string>? values))
        {
            foreach (string value in values.SelectMany(value => value.Split(',')))
            {
                string entry = value.Trim();
                if (entry.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                    && ContentDigest.TryFromBase64(DigestAlgorithm.Sha256, entry[Prefix.Length..].TrimEnd(':'), out ContentDigest? digest))
                {
                    return digest;
                }
            }
        }

        return null;
    }
}

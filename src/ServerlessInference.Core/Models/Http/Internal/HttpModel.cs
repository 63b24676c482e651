using System.Net;
using System.Net.Http.Headers;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models.Http;

/// <summary>An object on a web server (RFC 9110). Its connections come into being with the first question.</summary>
internal sealed class HttpModel : IRemoteModel
{
    private readonly Uri _uri;
    private readonly Lazy<HttpClient> _client;

    public HttpModel(Uri uri, TimeProvider? timeProvider = null)
    {
        _uri = uri;

        // A query may hold a signature, and what stands before the host a password: neither has a place in a log.
        Description = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        ObjectName = Uri.UnescapeDataString(uri.Segments[^1].TrimEnd('/'));

        // Each read has a timeout of its own.
        _client = new Lazy<HttpClient>(() => new HttpClient(new RenewingHttpHandler(timeProvider)) { Timeout = Timeout.InfiniteTimeSpan });
    }

    public string Description { get; }

    public string? ObjectName { get; }

    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await AskAsync(cancellationToken).ConfigureAwait(false);
        bool inPart = response.StatusCode == HttpStatusCode.PartialContent;
        if ((inPart ? response.Content.Headers.ContentRange?.Length : response.Content.Headers.ContentLength) is not { } length)
        {
            throw new ModelLoadException($"{Description}: the server does not say how large the object is (Content-Length). Serve it as a plain file.");
        }

        var validators = HttpValidators.Of(response);

        // Ranges of an object without a strong ETag could be of two versions.
        bool ranges = validators.StrongTag is not null && (inPart || response.Headers.AcceptRanges.Contains("bytes"));
        return [new HttpObject(this, Description, ObjectName!, length, validators, ranges, DigestOf(response))];
    }

    public async ValueTask<Stream> OpenReadAsync(HttpObject item, long offset, long length, CancellationToken cancellationToken)
    {
        RangeHeaderValue? range = item.AcceptsRanges && (offset > 0 || length < item.Length) ? new RangeHeaderValue(offset, offset + length - 1) : null;
        HttpResponseMessage response = Accept(await SendAsync(HttpMethod.Get, range, item.Validators.StrongTag, cancellationToken).ConfigureAwait(false));
        try
        {
            if (range is not null && (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != offset))
            {
                throw new ModelLoadException($"{Description}: the server offers ranges but answers them with {(int)response.StatusCode} and other bytes. Serve the object without them (Accept-Ranges: none).");
            }

            long? whole = range is null ? response.Content.Headers.ContentLength : response.Content.Headers.ContentRange?.Length;
            if ((whole is not null && whole != item.Length) || !item.Validators.Admit(HttpValidators.Of(response)))
            {
                throw new ModelChangedException($"{Description} was replaced while it was read.");
            }

            return new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Asks for the headers alone; for the first byte, where the server refuses that: an address that is signed, as by S3, is signed for GET.</summary>
    private async ValueTask<HttpResponseMessage> AskAsync(CancellationToken cancellationToken)
    {
        HttpResponseMessage head = await SendAsync(HttpMethod.Head, null, null, cancellationToken).ConfigureAwait(false);
        if (head.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented))
        {
            return Accept(head);
        }

        head.Dispose();
        return Accept(await SendAsync(HttpMethod.Get, new RangeHeaderValue(0, 0), null, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<HttpResponseMessage> SendAsync(HttpMethod method, RangeHeaderValue? range, EntityTagHeaderValue? tag, CancellationToken cancellationToken)
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

    private HttpResponseMessage Accept(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        int status = (int)response.StatusCode;
        response.Dispose();
        throw status switch
        {
            412 => new ModelChangedException($"{Description} was replaced while it was read."),
            404 or 410 => new ModelLoadException($"{Description} does not exist ({status}). Check the URI."),
            401 or 403 => new ModelLoadException($"{Description} is refused by its server ({status}). Check the URI's signature and its expiry, or the function's network."),
            408 or 429 or >= 500 => new IOException($"the server answered {status}"),
            _ => new ModelLoadException($"{Description} cannot be read: the server answered {status}."),
        };
    }

    /// <summary>Takes a SHA-256 of the whole representation where the server gives one (RFC 9530, <c>Repr-Digest</c>).</summary>
    private static ContentDigest? DigestOf(HttpResponseMessage response)
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

namespace ServerlessInference.Lambda;

/// <summary>Which inputs a sender may name instead of sending them: objects of S3, and files of web servers.</summary>
/// <remarks>
/// A reference makes the function read what its sender may not be able to read, so nothing is allowed by default. S3's own events name objects too; those need no permission here.
/// </remarks>
public sealed class ReferenceOptions
{
    private const long Largest = 2L * 1024 * 1024 * 1024 - 64 * 1024;
    private const int MostRedirects = 20;

    /// <summary>Gets the buckets that may be named: <c>photos</c>, <c>photos/incoming/</c> for keys that begin so, or <c>*</c> for all that the function's role can read.</summary>
    public IList<string> Buckets { get; } = [];

    /// <summary>Gets or sets a value indicating whether <c>https:</c> URLs may be named.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Https { get; set; }

    /// <summary>Gets the web servers that may be named: <c>images.example.com</c>, <c>*.example.com</c>, or with a port other than 443, <c>images.example.com:8443</c>.</summary>
    /// <value>Where there are none, all with a public address, on port 443.</value>
    public IList<string> Hosts { get; } = [];

    /// <summary>Gets or sets the largest input that is fetched.</summary>
    /// <value>In bytes, up to 2 GiB. The default is 20 MiB.</value>
    public long MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Gets or sets how long fetching a URL may take, redirects included.</summary>
    /// <value>10 ms to 15 minutes. The default is 10 s.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how many redirects of a web server are followed.</summary>
    /// <value>0 to 20. The default is 3.</value>
    public int MaxRedirects { get; set; } = 3;

    /// <summary>Gets or sets a value indicating whether web servers with a private address may be named (RFC 1918, RFC 6598, unique local IPv6): those of the function's VPC.</summary>
    /// <value>The default is <see langword="false"/>. Loopback, link-local (where metadata services are) and reserved addresses are refused in any case.</value>
    public bool PrivateAddresses { get; set; }

    /// <summary>Gets what makes the fetcher: only who has such options has use for one.</summary>
    internal Func<FunctionServices, IInputFetcher> CreateFetcher { get; } = static services => new InputFetcher(services);

    internal bool AllowsObjects => Buckets.Count > 0;

    internal bool Allows(string bucket, string key)
    {
        foreach (string allowed in Buckets)
        {
            int slash = allowed.IndexOf('/', StringComparison.Ordinal);
            if (allowed == "*" || (slash < 0
                ? allowed == bucket
                : bucket.AsSpan().SequenceEqual(allowed.AsSpan(0, slash)) && key.AsSpan().StartsWith(allowed.AsSpan(slash + 1), StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    internal bool Allows(Uri url)
    {
        if (Hosts.Count == 0)
        {
            return url.IsDefaultPort;
        }

        foreach (string allowed in Hosts)
        {
            int colon = allowed.LastIndexOf(':');
            string host = colon < 0 ? allowed : allowed[..colon];
            bool port = colon < 0 ? url.IsDefaultPort : int.TryParse(allowed.AsSpan(colon + 1), out int named) && named == url.Port;
            if (port && (host.StartsWith("*.", StringComparison.Ordinal)
                ? url.IdnHost.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase)
                : url.IdnHost.Equals(host, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    internal void Validate(string method, ICollection<string> failures)
    {
        if (MaxBytes is < 1 or > Largest)
        {
            failures.Add($"{method}: References.MaxBytes is {MaxBytes}; it must be between 1 and {Largest}.");
        }

        if (Timeout < TimeSpan.FromMilliseconds(10) || Timeout > TimeSpan.FromMinutes(15))
        {
            failures.Add($"{method}: References.Timeout is {Timeout}; it must be between 10 ms and 15 minutes.");
        }

        if (MaxRedirects is < 0 or > MostRedirects)
        {
            failures.Add($"{method}: References.MaxRedirects is {MaxRedirects}; it must be between 0 and {MostRedirects}.");
        }

        if (Hosts.Count > 0 && !Https)
        {
            failures.Add($"{method}: References.Hosts names web servers, but References.Https does not allow URLs.");
        }
    }
}

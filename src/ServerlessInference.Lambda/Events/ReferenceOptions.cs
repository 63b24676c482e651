using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events;

/// <summary>Options that say which inputs a sender may name instead of sending them: objects in S3, and files of web servers.</summary>
/// <remarks>
/// A reference has the function read something that its sender may not be allowed to read, so no reference is allowed by default. The
/// objects that S3's own events name need no permission here.
/// </remarks>
public sealed class ReferenceOptions
{
    private const long MaxMaxBytes = 2L * 1024 * 1024 * 1024 - 64 * 1024;
    private const int MaxMaxRedirects = 20;

    /// <summary>
    /// Gets the buckets whose objects may be named: <c>photos</c>, <c>photos/incoming/</c> for keys with this prefix, or <c>*</c> for all
    /// buckets that the function's role can read.
    /// </summary>
    public IList<string> Buckets { get; } = [];

    /// <summary>Gets or sets a value indicating whether <c>https:</c> URLs may be named.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Https { get; set; }

    /// <summary>
    /// Gets the web servers that may be named: <c>images.example.com</c>, <c>*.example.com</c>, or with another port than 443,
    /// <c>images.example.com:8443</c>.
    /// </summary>
    /// <value>Empty, the default, allows all servers with a public address, on port 443.</value>
    public IList<string> Hosts { get; } = [];

    /// <summary>Gets or sets the maximum size of an input that is fetched.</summary>
    /// <value>In bytes, up to 2 GiB. The default is 20 MiB.</value>
    public long MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Gets or sets how long fetching a URL may take, redirects included.</summary>
    /// <value>10 ms to 15 minutes. The default is 10 s.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the maximum number of redirects that are followed.</summary>
    /// <value>0 to 20. The default is 3.</value>
    public int MaxRedirects { get; set; } = 3;

    /// <summary>
    /// Gets or sets a value indicating whether web servers with a private address (RFC 1918, RFC 6598, unique local IPv6) may be named,
    /// such as those in the function's VPC.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>. Loopback, link-local (of metadata services) and reserved addresses are always refused.
    /// </value>
    public bool PrivateAddresses { get; set; }

    /// <summary>
    /// Gets the function that creates the fetcher. It is here so that trimming removes the fetcher from a program that creates no such
    /// options.
    /// </summary>
    internal Func<FunctionServices, IInputFetcher> CreateFetcher { get; } = static services => new InputFetcher(services);

    internal bool AllowsObjects => Buckets.Count > 0;

    internal bool Allows(string bucket, string key)
    {
        foreach (string allowed in Buckets)
        {
            int slash = allowed.IndexOf('/', StringComparison.Ordinal);
            if (allowed == "*")
            {
                return true;
            }

            bool isAllowed = slash < 0
                ? allowed == bucket
                : bucket.AsSpan().SequenceEqual(allowed.AsSpan(0, slash))
                    && key.AsSpan().StartsWith(allowed.AsSpan(slash + 1), StringComparison.Ordinal);
            if (isAllowed)
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
            bool isPortAllowed = colon < 0 ? url.IsDefaultPort : int.TryParse(allowed.AsSpan(colon + 1), out int port) && port == url.Port;
            bool isHostAllowed = host.StartsWith("*.", StringComparison.Ordinal)
                ? url.IdnHost.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase)
                : url.IdnHost.Equals(host, StringComparison.OrdinalIgnoreCase);
            if (isPortAllowed && isHostAllowed)
            {
                return true;
            }
        }

        return false;
    }

    internal void Validate(string method, ICollection<string> failures)
    {
        if (MaxBytes is < 1 or > MaxMaxBytes)
        {
            failures.Add($"{method}: References.MaxBytes is {MaxBytes}; it must be between 1 and {MaxMaxBytes}.");
        }

        if (Timeout < TimeSpan.FromMilliseconds(10) || Timeout > TimeSpan.FromMinutes(15))
        {
            failures.Add($"{method}: References.Timeout is {Timeout}; it must be between 10 ms and 15 minutes.");
        }

        if (MaxRedirects is < 0 or > MaxMaxRedirects)
        {
            failures.Add($"{method}: References.MaxRedirects is {MaxRedirects}; it must be between 0 and {MaxMaxRedirects}.");
        }

        if (Hosts.Count > 0 && !Https)
        {
            failures.Add($"{method}: References.Hosts names web servers, but References.Https does not allow URLs.");
        }
    }
}

namespace ServerlessInference.Lambda.Events;

/// <summary>Options that say which pages of other origins may call the function from a browser (CORS).</summary>
public sealed class CorsOptions
{
    /// <summary>Gets the allowed origins, such as <c>https://example.com</c>; <c>*</c> allows all.</summary>
    /// <value>At least one.</value>
    public IList<string> Origins { get; } = [];

    /// <summary>Gets the request headers that a page may send.</summary>
    /// <value>The default is <c>content-type</c>.</value>
    public IList<string> Headers { get; } = ["content-type"];

    /// <summary>Gets or sets how long a browser may cache the answer to a preflight request.</summary>
    /// <value>0 to 24 hours. The default is 10 minutes.</value>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets or sets a value indicating whether pages may send cookies and other credentials, and read the answers to such requests
    /// (<c>Access-Control-Allow-Credentials</c>).
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>. It cannot be combined with the origin <c>*</c>: browsers refuse an answer that allows both
    /// (Fetch Standard, "CORS protocol and credentials").
    /// </value>
    public bool AllowCredentials { get; set; }

    internal void Validate(ICollection<string> failures)
    {
        if (Origins.Count == 0)
        {
            failures.Add("UseCors: no origin is allowed. Name at least one, such as https://example.com, or * for all.");
        }

        foreach (string origin in Origins)
        {
            if (!IsOrigin(origin))
            {
                failures.Add(
                    $"UseCors: '{origin}' is not an origin. An origin is a scheme, a host and an optional port, without a path: " +
                    "https://example.com.");
            }
        }

        if (AllowCredentials && Origins.Contains("*"))
        {
            failures.Add(
                "UseCors: AllowCredentials is combined with the origin *, and browsers refuse answers that allow both. Name the origins " +
                "of the pages that may send credentials, or leave AllowCredentials out.");
        }

        if (MaxAge < TimeSpan.Zero || MaxAge > TimeSpan.FromHours(24))
        {
            failures.Add($"UseCors: MaxAge is {MaxAge}; it must be between 0 and 24 hours.");
        }
    }

    /// <summary>
    /// Returns the value of <c>Access-Control-Allow-Origin</c> for an origin; <see langword="null"/> if the origin is not allowed.
    /// </summary>
    internal string? Allow(string? origin)
    {
        foreach (string allowed in Origins)
        {
            if (allowed == "*")
            {
                return "*";
            }

            if (origin is not null && allowed.Equals(origin, StringComparison.OrdinalIgnoreCase))
            {
                return origin;
            }
        }

        return null;
    }

    private static bool IsOrigin(string origin) => origin == "*"
        || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
            && origin.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase));
}

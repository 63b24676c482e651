using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;

namespace ServerlessInference.ParameterStore;

/// <summary>Signs a request to an AWS service (Signature Version 4).</summary>
/// <remarks>Source: AWS IAM's documentation, "Create a signed AWS API request". AWSSDK.Core computes the keys and the signature.</remarks>
internal static class RequestSignature
{
    /// <summary>Adds the headers that AWS services require. The host and all headers that are already in the request are signed.</summary>
    /// <param name="request">The request, with its address and all its headers, each with one value.</param>
    /// <param name="body">The body of the request.</param>
    /// <param name="credentials">The credentials of the sender.</param>
    /// <param name="region">The region of the service.</param>
    /// <param name="service">The name of the service in signatures, such as <c>ssm</c>.</param>
    /// <param name="now">The time of the request.</param>
    public static void Add(
        HttpRequestMessage request, byte[] body, ImmutableCredentials credentials, string region, string service, DateTimeOffset now)
    {
        Uri address = request.RequestUri!;
        request.Headers.Add("x-amz-date", now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        if (credentials.UseToken)
        {
            request.Headers.Add("x-amz-security-token", credentials.Token);
        }

        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = address.Authority };
        foreach ((string name, IEnumerable<string> values) in request.Headers)
        {
            headers[name.ToLowerInvariant()] = string.Join(',', values).Trim();
        }

        if (request.Content?.Headers.ContentType is { } type)
        {
            headers["content-type"] = type.ToString();
        }

        string signed = string.Join(';', headers.Keys);
        var canonical = new StringBuilder();
        canonical.Append(request.Method.Method).Append('\n');
        canonical.Append(address.AbsolutePath).Append('\n');
        canonical.Append(address.Query.TrimStart('?')).Append('\n');
        foreach ((string name, string value) in headers)
        {
            canonical.Append(name).Append(':').Append(value).Append('\n');
        }

        canonical.Append('\n').Append(signed).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body)));
        AWS4SigningResult result = AWS4Signer.ComputeSignature(credentials, region, now.UtcDateTime, service, signed, canonical.ToString());
        request.Headers.TryAddWithoutValidation("Authorization", result.ForAuthorizationHeader);
    }
}

using System.Security.Cryptography;
using System.Text;

namespace ServerlessInference.ParameterStore.Tests;

/// <summary>Checks Signature Version 4 as a service does: from the request as it arrived, with a computation of its own.</summary>
internal static class SigV4Check
{
    /// <summary>Computes the signature that a request must have.</summary>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query, as in the request line.</param>
    /// <param name="headers">The headers that arrived, by lower-case name.</param>
    /// <param name="signed">The names of the signed headers, separated by semicolons.</param>
    /// <param name="body">The body.</param>
    /// <param name="scope">Date, region, service and <c>aws4_request</c>, separated by slashes.</param>
    /// <param name="secret">The secret key.</param>
    public static string Signature(
        string method, string target, IReadOnlyDictionary<string, string> headers, string signed, byte[] body, string scope, string secret)
    {
        int question = target.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? target : target[..question];
        string query = question < 0 ? string.Empty : target[(question + 1)..];
        string lines = string.Concat(signed.Split(';').Select(name => $"{name}:{headers[name]}\n"));
        string request = $"{method}\n{path}\n{query}\n{lines}\n{signed}\n{Hex(SHA256.HashData(body))}";
        string text = $"AWS4-HMAC-SHA256\n{headers["x-amz-date"]}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (string part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Returns whether a request has a valid signature.</summary>
    public static bool IsSigned(
        string method,
        string target,
        IReadOnlyDictionary<string, string> headers,
        byte[] body,
        string region,
        string service,
        string id,
        string secret)
    {
        const string Algorithm = "AWS4-HMAC-SHA256 ";
        if (!headers.TryGetValue("authorization", out string? text) || !text.StartsWith(Algorithm, StringComparison.Ordinal))
        {
            return false;
        }

        Dictionary<string, string> parts = text[Algorithm.Length..].Split(',')
            .Select(part => part.Trim().Split('=', 2))
            .ToDictionary(part => part[0], part => part[1]);
        string scope = $"{headers["x-amz-date"][..8]}/{region}/{service}/aws4_request";
        string signed = parts["SignedHeaders"];

        // AWS services require that the host and all their own headers are signed.
        bool complete = headers.Keys
            .Where(name => name == "host" || name.StartsWith("x-amz-", StringComparison.Ordinal))
            .All(signed.Split(';').Contains);
        return complete
            && parts["Credential"] == $"{id}/{scope}"
            && parts["Signature"] == Signature(method, target, headers, signed, body, scope, secret);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

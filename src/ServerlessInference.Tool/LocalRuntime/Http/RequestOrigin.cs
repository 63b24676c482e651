using System.Net;
using Microsoft.AspNetCore.Http;

namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>Recognises requests that a web page of somebody else's makes with the user's browser.</summary>
/// <remarks>
/// Any page can send requests to ports of the machine on which it is displayed. Its own name in <c>Host</c> shows that the name resolves to
/// this machine (DNS rebinding), and its own address in <c>Origin</c> that the request crosses sites.
/// </remarks>
internal static class RequestOrigin
{
    /// <summary>Finds the reason to refuse a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="allowsPlainNames">
    /// Whether <c>Host</c> may be a name without a dot. Programs choose such names, but no name in the public DNS is one.
    /// </param>
    /// <returns>The reason; <see langword="null"/> if the request comes from this machine.</returns>
    public static string? FindObjection(HttpRequest request, bool allowsPlainNames)
    {
        string host = request.Host.Host;
        if (!IsLoopback(host) && !(allowsPlainNames && !host.Contains('.', StringComparison.Ordinal)))
        {
            return "The Host of the request is not this machine. Use http://127.0.0.1 or http://localhost.";
        }

        string origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && IsLoopback(page.IdnHost))
            ? null
            : "The request comes from a web page of another origin. Only pages of this machine (http://localhost) may call the function.";
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>
/// Turns an HTTP request into the event that function URLs and API Gateway's HTTP APIs send: payload format 2.0. Source: AWS's pages on
/// function URL payloads and on Lambda integrations of HTTP APIs.
/// </summary>
internal static class HttpEvent
{
    private const string Stage = "$default";

    /// <summary>Creates the event.</summary>
    /// <param name="request">The request. Its body has already been read.</param>
    /// <param name="body">The body.</param>
    /// <param name="requestId">The request id of the gateway.</param>
    /// <param name="traceId">The value of <c>x-amzn-trace-id</c>.</param>
    /// <param name="now">The time of the request.</param>
    public static ReadOnlyMemory<byte> Create(
        HttpRequest request, ReadOnlyMemory<byte> body, string requestId, string traceId, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>(body.Length + 1024);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("version"u8, "2.0");
        writer.WriteString("routeKey"u8, Stage);
        writer.WriteString("rawPath"u8, request.Path.ToUriComponent() is { Length: > 0 } path ? path : "/");
        writer.WriteString("rawQueryString"u8, request.QueryString.Value?.TrimStart('?') ?? "");
        WriteCookies(writer, request.Headers.Cookie);
        WriteHeaders(writer, request, traceId);
        WriteQuery(writer, request.Query);
        WriteContext(writer, request, requestId, now);
        WriteBody(writer, request, body);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteCookies(Utf8JsonWriter writer, StringValues cookies)
    {
        if (cookies.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("cookies"u8);
        const StringSplitOptions options = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string cookie in cookies.SelectMany(line => (line ?? "").Split(';', options)))
        {
            writer.WriteStringValue(cookie);
        }

        writer.WriteEndArray();
    }

    private static void WriteHeaders(Utf8JsonWriter writer, HttpRequest request, string traceId)
    {
        writer.WriteStartObject("headers"u8);
        foreach ((string? name, StringValues values) in request.Headers)
        {
            string lower = Lower(name);
            if (lower is not ("cookie" or "connection" or "transfer-encoding" or "x-amzn-trace-id" or "x-forwarded-for"))
            {
                writer.WriteString(lower, string.Join(',', values.ToArray()));
            }
        }

        string port = request.Host.Port?.ToString(CultureInfo.InvariantCulture) ?? "80";
        writer.WriteString("x-amzn-trace-id"u8, traceId);
        writer.WriteString("x-forwarded-for"u8, SourceAddress(request));
        writer.WriteString("x-forwarded-port"u8, port);
        writer.WriteString("x-forwarded-proto"u8, "http");
        writer.WriteEndObject();
    }

    private static void WriteQuery(Utf8JsonWriter writer, IQueryCollection query)
    {
        if (query.Count == 0)
        {
            return;
        }

        writer.WriteStartObject("queryStringParameters"u8);
        foreach ((string? name, StringValues values) in query)
        {
            writer.WriteString(name, string.Join(',', values.ToArray()));
        }

        writer.WriteEndObject();
    }

    private static void WriteContext(Utf8JsonWriter writer, HttpRequest request, string requestId, DateTimeOffset now)
    {
        writer.WriteStartObject("requestContext"u8);
        writer.WriteString("accountId"u8, "anonymous");
        writer.WriteString("apiId"u8, "local");
        writer.WriteString("domainName"u8, request.Host.Value ?? "");
        writer.WriteString("domainPrefix"u8, "local");
        writer.WriteStartObject("http"u8);
        writer.WriteString("method"u8, request.Method);
        writer.WriteString("path"u8, request.Path.Value is { Length: > 0 } path ? path : "/");
        writer.WriteString("protocol"u8, request.Protocol);
        writer.WriteString("sourceIp"u8, SourceAddress(request));
        writer.WriteString("userAgent"u8, request.Headers.UserAgent.ToString());
        writer.WriteEndObject();
        writer.WriteString("requestId"u8, requestId);
        writer.WriteString("routeKey"u8, Stage);
        writer.WriteString("stage"u8, Stage);
        writer.WriteString("time"u8, now.UtcDateTime.ToString("dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        writer.WriteNumber("timeEpoch"u8, now.ToUnixTimeMilliseconds());
        writer.WriteEndObject();
    }

    /// <summary>Writes text as it is, and everything else in base64. Without a body there is no <c>body</c> member.</summary>
    private static void WriteBody(Utf8JsonWriter writer, HttpRequest request, ReadOnlyMemory<byte> body)
    {
        bool asText = body.Length == 0 || (IsText(request) && Utf8.IsValid(body.Span));
        if (body.Length > 0 && asText)
        {
            writer.WriteString("body"u8, body.Span);
        }
        else if (body.Length > 0)
        {
            writer.WriteBase64String("body"u8, body.Span);
        }

        writer.WriteBoolean("isBase64Encoded"u8, !asText);
    }

    private static bool IsText(HttpRequest request)
    {
        string type = Lower((request.ContentType ?? "").Split(';')[0].Trim());
        return request.Headers.ContentEncoding.Count == 0 &&
            (type.StartsWith("text/", StringComparison.Ordinal) ||
                type is "application/json" or "application/javascript" or "application/xml" ||
                type.EndsWith("+json", StringComparison.Ordinal) || type.EndsWith("+xml", StringComparison.Ordinal));
    }

    private static string SourceAddress(HttpRequest request) => request.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "127.0.0.1";

    /// <summary>Converts to lower case, since the format requires header names in lower case.</summary>
    private static string Lower(string text)
    {
        var lower = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            lower.Append(char.ToLowerInvariant(character));
        }

        return lower.ToString();
    }
}

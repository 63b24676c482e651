using System.Globalization;
using System.Text.Json;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>
/// Writes HTTP answers in the format of API Gateway, function URLs and load balancers: a JSON object that contains the body as text.
/// </summary>
internal static class HttpAnswer
{
    public const string Json = "application/json";
    public const string Problem = "application/problem+json";

    /// <summary>The number of seconds after which a client should retry while a model is not loaded yet.</summary>
    private const string RetryAfter = "5";

    /// <summary>Writes an answer whose body is in the invocation's inner buffer.</summary>
    /// <param name="invocation">Receives the answer.</param>
    /// <param name="kind">The kind of the event.</param>
    /// <param name="status">The status.</param>
    /// <param name="contentType">The body's content type.</param>
    /// <param name="allow">The methods of the path, if another one was used.</param>
    public static void Write(Invocation invocation, EventKind kind, int status, string contentType, string? allow = null)
    {
        Utf8JsonWriter writer = BeginHeaders(invocation, kind, status);
        WriteHeader(writer, invocation, "content-type"u8, contentType);
        if (allow is not null)
        {
            WriteHeader(writer, invocation, "allow"u8, allow);
        }

        WriteOrigin(writer, invocation);
        if (status == 503)
        {
            WriteHeader(writer, invocation, "retry-after"u8, RetryAfter);
        }

        WriteBody(writer, invocation.InnerBuffer.Body.Span);
    }

    /// <summary>Answers a browser that asks whether a page of another origin may call.</summary>
    public static void WritePreflight(Invocation invocation, EventKind kind, CorsOptions cors, string methods)
    {
        Utf8JsonWriter writer = BeginHeaders(invocation, kind, status: 204);
        WriteOrigin(writer, invocation);
        if (invocation.AllowOrigin is not null)
        {
            WriteHeader(writer, invocation, "access-control-allow-methods"u8, methods);
            WriteHeader(writer, invocation, "access-control-allow-headers"u8, string.Join(", ", cors.Headers));
            string maxAge = ((long)cors.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            WriteHeader(writer, invocation, "access-control-max-age"u8, maxAge);
        }

        WriteBody(writer, []);
    }

    private static Utf8JsonWriter BeginHeaders(Invocation invocation, EventKind kind, int status)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteNumber("statusCode"u8, status);
        if (kind == EventKind.LoadBalancer)
        {
            writer.WriteString("statusDescription"u8, $"{status} {Title(status)}");
        }

        writer.WriteStartObject(invocation.UsesMultiValueHeaders ? "multiValueHeaders"u8 : "headers"u8);
        return writer;
    }

    private static void WriteBody(Utf8JsonWriter writer, ReadOnlySpan<byte> body)
    {
        writer.WriteEndObject();
        writer.WriteBoolean("isBase64Encoded"u8, false);
        writer.WriteString("body"u8, body);
        writer.WriteEndObject();
        writer.Flush();
    }

    private static void WriteOrigin(Utf8JsonWriter writer, Invocation invocation)
    {
        if (invocation.AllowOrigin is not { } origin)
        {
            return;
        }

        WriteHeader(writer, invocation, "access-control-allow-origin"u8, origin);
        if (invocation.AllowCredentials)
        {
            WriteHeader(writer, invocation, "access-control-allow-credentials"u8, "true");
        }

        if (origin != "*")
        {
            WriteHeader(writer, invocation, "vary"u8, "Origin");
        }
    }

    private static void WriteHeader(Utf8JsonWriter writer, Invocation invocation, ReadOnlySpan<byte> name, string value)
    {
        if (!invocation.UsesMultiValueHeaders)
        {
            writer.WriteString(name, value);
            return;
        }

        writer.WriteStartArray(name);
        writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    /// <summary>Answers with problem details (RFC 9457).</summary>
    public static void WriteProblem(Invocation invocation, EventKind kind, int status, string detail, string? allow = null)
    {
        Utf8JsonWriter inner = invocation.BeginInner();
        inner.WriteStartObject();
        inner.WriteString("title"u8, Title(status));
        inner.WriteNumber("status"u8, status);
        inner.WriteString("detail"u8, detail);
        inner.WriteString("requestId"u8, invocation.Context.RequestId);
        inner.WriteEndObject();
        inner.Flush();
        Write(invocation, kind, status, Problem, allow);
    }

    private static string Title(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Internal Server Error",
    };
}

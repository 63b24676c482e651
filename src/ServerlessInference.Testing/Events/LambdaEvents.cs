using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ServerlessInference.Testing;

/// <summary>Creates events as AWS services send them to a function.</summary>
/// <remarks>They contain those members of AWS's documented examples that functions read.</remarks>
/// <example>
/// <code>
/// InvocationResult photo = await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", File.ReadAllBytes("cat.jpg")));
/// InvocationResult batch = await function.InvokeAsync(LambdaEvents.Sqs("first message", "second message"));
/// </code>
/// </example>
public static partial class LambdaEvents
{
    private const string Account = "123456789012";
    private const string Region = "eu-central-1";

    /// <summary>Creates an HTTP request of API Gateway's HTTP API or of a function URL (payload format 2.0).</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, including the stage unless it is the default one.</param>
    /// <param name="body">The body; <see langword="null"/> for none. It is sent in base64.</param>
    /// <param name="contentType">The content type of the body.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The event.</returns>
    public static string HttpApi(
        string method,
        string path,
        ReadOnlyMemory<byte>? body = null,
        string contentType = "application/octet-stream",
        string stage = "$default") =>
        Write(writer => WriteHttpApi(
            writer, method, path, body is { } bytes ? Convert.ToBase64String(bytes.Span) : null, base64: true, contentType, stage));

    /// <summary>Creates an HTTP request of API Gateway's HTTP API or of a function URL (payload format 2.0) with a text body.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="text">The body. It is sent as text, not in base64.</param>
    /// <param name="contentType">The content type of the body.</param>
    /// <returns>The event.</returns>
    public static string HttpApiText(string method, string path, string text, string contentType = "application/json") =>
        Write(writer => WriteHttpApi(writer, method, path, text, base64: false, contentType, "$default"));

    /// <summary>Creates an HTTP request of API Gateway's REST API (payload format 1.0).</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, without the stage.</param>
    /// <param name="body">The body; <see langword="null"/> for none. It is sent in base64.</param>
    /// <param name="contentType">The content type of the body.</param>
    /// <returns>The event.</returns>
    public static string RestApi(
        string method, string path, ReadOnlyMemory<byte>? body = null, string contentType = "application/octet-stream") => Write(writer =>
    {
        writer.WriteString("resource", path);
        writer.WriteString("path", path);
        writer.WriteString("httpMethod", method);
        WriteHeaders(writer, contentType);
        writer.WriteStartObject("requestContext");
        writer.WriteString("accountId", Account);
        writer.WriteString("stage", "prod");
        writer.WriteString("path", "/prod" + path);
        writer.WriteEndObject();
        WriteBody(writer, body is { } bytes ? Convert.ToBase64String(bytes.Span) : null, base64: true);
    });

    /// <summary>Creates an HTTP request of an Application Load Balancer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">The body; <see langword="null"/> for none. It is sent in base64.</param>
    /// <param name="contentType">The content type of the body.</param>
    /// <returns>The event.</returns>
    public static string LoadBalancer(
        string method, string path, ReadOnlyMemory<byte>? body = null, string contentType = "application/octet-stream") => Write(writer =>
    {
        writer.WriteStartObject("requestContext");
        writer.WriteStartObject("elb");
        writer.WriteString("targetGroupArn", $"arn:aws:elasticloadbalancing:{Region}:{Account}:targetgroup/lambda/1");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteString("httpMethod", method);
        writer.WriteString("path", path);
        WriteHeaders(writer, contentType);
        WriteBody(writer, body is { } bytes ? Convert.ToBase64String(bytes.Span) : string.Empty, base64: body is not null);
    });

    /// <summary>Creates a scheduled event of an EventBridge rule.</summary>
    /// <param name="model">A model to name in the event; <see langword="null"/> for none, as EventBridge sends it by default.</param>
    /// <returns>The event.</returns>
    public static string ScheduledRule(string? model = null) => Scheduled("aws.events", model);

    /// <summary>Creates an event of EventBridge Scheduler whose schedule has no input of its own.</summary>
    /// <param name="model">A model to name in the event; <see langword="null"/> for none, as EventBridge sends it by default.</param>
    /// <returns>The event.</returns>
    public static string Schedule(string? model = null) => Scheduled("aws.scheduler", model);

    private static string Scheduled(string source, string? model) => Write(writer =>
    {
        writer.WriteString("version", "0");
        writer.WriteString("id", "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa");
        writer.WriteString("detail-type", "Scheduled Event");
        writer.WriteString("source", source);
        writer.WriteString("account", Account);
        writer.WriteString("time", "2026-01-01T00:00:00Z");
        writer.WriteString("region", Region);
        writer.WriteStartArray("resources");
        writer.WriteStringValue($"arn:aws:events:{Region}:{Account}:rule/warm");
        writer.WriteEndArray();
        writer.WriteStartObject("detail");
        writer.WriteEndObject();
        if (model is not null)
        {
            writer.WriteString("model", model);
        }
    });

    private static void WriteHttpApi(
        Utf8JsonWriter writer, string method, string path, string? body, bool base64, string contentType, string stage)
    {
        writer.WriteString("version", "2.0");
        writer.WriteString("routeKey", "$default");
        writer.WriteString("rawPath", path);
        writer.WriteString("rawQueryString", string.Empty);
        WriteHeaders(writer, contentType);
        writer.WriteStartObject("requestContext");
        writer.WriteString("accountId", Account);
        writer.WriteStartObject("http");
        writer.WriteString("method", method);
        writer.WriteString("path", path);
        writer.WriteString("protocol", "HTTP/1.1");
        writer.WriteString("sourceIp", "192.0.2.1");
        writer.WriteString("userAgent", "test");
        writer.WriteEndObject();
        writer.WriteString("requestId", "id");
        writer.WriteString("stage", stage);
        writer.WriteEndObject();
        WriteBody(writer, body, base64);
    }

    private static void WriteHeaders(Utf8JsonWriter writer, string contentType)
    {
        writer.WriteStartObject("headers");
        writer.WriteString("content-type", contentType);
        writer.WriteString("host", "function.example.com");
        writer.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter writer, string? body, bool base64)
    {
        if (body is not null)
        {
            writer.WriteString("body", body);
        }

        writer.WriteBoolean("isBase64Encoded", body is not null && base64);
    }

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

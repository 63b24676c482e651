using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>
/// The HTTP endpoint of a function, as a function URL provides it: requests become events, answers become responses, and failures become
/// 502 and 504. Thread-safe.
/// </summary>
internal sealed class HttpEndpoint(ExecutionEnvironment environment, FunctionSettings settings, TimeProvider time)
{
    /// <summary>Handles a request. If the client disconnects, the function continues, as on AWS.</summary>
    /// <param name="context">The request.</param>
    /// <param name="stopping">Stops waiting for the function when the server shuts down.</param>
    /// <returns>The exchange, for the log.</returns>
    public async Task<HttpExchange> HandleAsync(HttpContext context, CancellationToken stopping)
    {
        long started = time.GetTimestamp();
        (ReadOnlyMemory<byte> body, long length) = await BodyReader.ReadAsync(
            context.Request.BodyReader, settings.MaxRequestBytes, context.RequestAborted)
            .ConfigureAwait(false);
        InvocationResult? result = null;
        var answer = HttpAnswer.Gateway(StatusCodes.Status413PayloadTooLarge, "Request Entity Too Large");
        string? problem = $"The body has {length} bytes; Lambda accepts events of at most {settings.MaxRequestBytes} bytes.";
        if (length <= settings.MaxRequestBytes)
        {
            string traceId = TraceId.Create(time);
            ReadOnlyMemory<byte> payload = HttpEvent.Create(context.Request, body, Guid.NewGuid().ToString("D"), traceId, time.GetUtcNow());
            result = await environment.InvokeAsync(new InvocationRequest(payload) { TraceId = traceId }, stopping).ConfigureAwait(false);
            (answer, problem) = Translate(result.Outcome);
        }

        await WriteAsync(context, answer, result?.RequestId).ConfigureAwait(false);
        return new HttpExchange(
            context.Request.Method, context.Request.Path.Value ?? "/", answer.Status, time.GetElapsedTime(started), result, problem);
    }

    private static (HttpAnswer Answer, string? Problem) Translate(InvocationOutcome outcome) => outcome.Error switch
    {
        { Type: FunctionError.TimedOut } late =>
            (HttpAnswer.Gateway(StatusCodes.Status504GatewayTimeout, "Endpoint request timed out"), late.Message),
        { Type: "RequestEntityTooLargeException" } large =>
            (HttpAnswer.Gateway(StatusCodes.Status413PayloadTooLarge, "Request Entity Too Large"), large.Message),
        { } error => (HttpAnswer.Gateway(StatusCodes.Status502BadGateway, "Internal Server Error"), $"{error.Type}: {error.Message}"),
        null when HttpAnswer.Read(outcome) is { } answer => (answer, null),
        _ => (
            HttpAnswer.Gateway(StatusCodes.Status502BadGateway, "Internal Server Error"),
            "The function's answer is not in payload format 2.0: statusCode must be 100 to 599, headers an object of strings in " +
            "printable ASCII, and body a string."),
    };

    private static async Task WriteAsync(HttpContext context, HttpAnswer answer, string? requestId)
    {
        HttpResponse response = context.Response;
        response.StatusCode = answer.Status;
        foreach ((string? name, string? value) in answer.Headers.Where(header => !IsHopByHopHeader(header.Key)))
        {
            response.Headers[name] = value;
        }

        if (answer.Cookies.Count > 0)
        {
            response.Headers.SetCookie = answer.Cookies.ToArray();
        }

        if (requestId is not null)
        {
            response.Headers["x-amzn-requestid"] = requestId;
        }

        if (answer.Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified or < StatusCodes.Status200OK)
        {
            return; // Responses with these codes have no body.
        }

        response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static bool IsHopByHopHeader(string header) =>
        header.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) ||
        header.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase) ||
        header.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase) ||
        header.Equals(HeaderNames.KeepAlive, StringComparison.OrdinalIgnoreCase);
}

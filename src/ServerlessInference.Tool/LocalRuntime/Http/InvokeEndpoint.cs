using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>
/// Lambda's Invoke operation: the body of <c>POST /2015-03-31/functions/NAME/invocations</c> is the event. Any event can be sent this way,
/// and AWS clients can use this endpoint. Thread-safe.
/// </summary>
/// <remarks>
/// Source: AWS Lambda's API reference, Invoke. Only synchronous calls are supported; invocation type <c>Event</c> is rejected.
/// </remarks>
internal sealed class InvokeEndpoint(ExecutionEnvironment environment, FunctionSettings settings, TimeProvider time)
{
    private const string Prefix = "/2015-03-31/functions/";
    private const string Suffix = "/invocations";

    /// <summary>Returns whether a request is an Invoke call.</summary>
    public static bool IsInvokeCall(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && request.Path.Value is { } path
        && path.StartsWith(Prefix, StringComparison.Ordinal)
        && path.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Handles a call. If the client disconnects, the function continues, as on AWS.</summary>
    /// <param name="context">The request.</param>
    /// <param name="stopping">Stops waiting for the function when the server shuts down.</param>
    /// <returns>The exchange, for the log.</returns>
    public async Task<HttpExchange> HandleAsync(HttpContext context, CancellationToken stopping)
    {
        long started = time.GetTimestamp();
        (ReadOnlyMemory<byte> body, long length) = await BodyReader.ReadAsync(
            context.Request.BodyReader, settings.MaxRequestBytes, context.RequestAborted)
            .ConfigureAwait(false);
        (int Status, FunctionError Error)? rejection = Validate(context.Request, body, length, out string? clientContext);
        InvocationResult? result = null;
        if (rejection is null)
        {
            var request = new InvocationRequest(body.Length == 0 ? "{}"u8.ToArray() : body) { ClientContext = clientContext };
            result = await environment.InvokeAsync(request, stopping).ConfigureAwait(false);
            context.Response.Headers["X-Amz-Executed-Version"] = "$LATEST";
            context.Response.Headers["x-amzn-requestid"] = result.RequestId;
            if (result.Outcome.Error is not null)
            {
                context.Response.Headers["X-Amz-Function-Error"] = "Unhandled";
            }

            await WriteAsync(context, StatusCodes.Status200OK, result.Outcome.Payload).ConfigureAwait(false);
        }
        else
        {
            context.Response.Headers["x-amzn-errortype"] = rejection.Value.Error.Type;
            ReadOnlyMemory<byte> payload = RuntimeApiJson.Error(rejection.Value.Error.Type, rejection.Value.Error.Message);
            await WriteAsync(context, rejection.Value.Status, payload).ConfigureAwait(false);
        }

        FunctionError? error = rejection?.Error ?? result?.Outcome.Error;
        return new HttpExchange(
            context.Request.Method,
            context.Request.Path.Value ?? "/",
            context.Response.StatusCode,
            time.GetElapsedTime(started),
            result,
            error is null ? null : $"{error.Type}: {error.Message}");
    }

    private (int Status, FunctionError Error)? Validate(
        HttpRequest request, ReadOnlyMemory<byte> body, long length, out string? clientContext)
    {
        clientContext = null;
        if (length > settings.MaxRequestBytes)
        {
            return (StatusCodes.Status413PayloadTooLarge, new FunctionError(
                "RequestTooLargeException",
                $"The event has {length} bytes; Lambda accepts events of at most {settings.MaxRequestBytes} bytes."));
        }

        if (request.Headers["X-Amz-Invocation-Type"].ToString() is { Length: > 0 } kind and not "RequestResponse")
        {
            return (StatusCodes.Status400BadRequest, new FunctionError(
                "InvalidParameterValueException", $"The invocation type is '{kind}'; only RequestResponse is emulated."));
        }

        if (body.Length > 0 && !IsJson(body))
        {
            return (StatusCodes.Status400BadRequest, new FunctionError(
                "InvalidRequestContentException", "The event is not valid JSON; Lambda accepts only JSON."));
        }

        return request.Headers["X-Amz-Client-Context"].ToString() is { Length: > 0 } encoded && !TryDecode(encoded, out clientContext)
            ? (StatusCodes.Status400BadRequest, new FunctionError(
                "InvalidRequestContentException", "The client context is not JSON in base64."))
            : null;
    }

    private static bool TryDecode(string encoded, out string? clientContext)
    {
        byte[] bytes = new byte[encoded.Length];
        bool valid = Convert.TryFromBase64String(encoded, bytes, out int count) && IsJson(bytes.AsMemory(0, count));
        clientContext = valid ? Encoding.UTF8.GetString(bytes, 0, count) : null;
        return valid;
    }

    private static bool IsJson(ReadOnlyMemory<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes.Span, new JsonReaderOptions { MaxDepth = Output.JsonLines.MaxCarriedDepth });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false; // The caller reports it.
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> payload)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = payload.Length;
        await context.Response.Body.WriteAsync(payload, context.RequestAborted).ConfigureAwait(false);
    }
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using ServerlessInference.Tool.LocalRuntime.Http;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>
/// The Runtime API for one process. Each process gets a port of its own, so that a stopped process can never take an invocation away from
/// its successor. Responses to invalid calls follow AWS's runtime interface emulator.
/// </summary>
internal sealed partial class RuntimeApiServer : IAsyncDisposable
{
    private const string Prefix = "/2018-06-01/runtime/";
    private const string Json = "application/json";

    private readonly FunctionSettings _settings;
    private readonly RuntimeSession _session;
    private readonly TimeProvider _time;
    private LocalHttpServer? _server;

    private RuntimeApiServer(FunctionSettings settings, RuntimeSession session, TimeProvider time)
    {
        _settings = settings;
        _session = session;
        _time = time;
    }

    /// <summary>Gets the value of <c>AWS_LAMBDA_RUNTIME_API</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts the API for a session.</summary>
    public static async Task<RuntimeApiServer> StartAsync(
        FunctionSettings settings, RuntimeSession session, TimeProvider time, CancellationToken cancellationToken)
    {
        var api = new RuntimeApiServer(settings, session, time);
        api._server = await LocalHttpServer.StartAsync(0, api.HandleAsync, cancellationToken).ConfigureAwait(false);
        api.Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{api._server.Port}");
        return api;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task HandleAsync(HttpContext context)
    {
        if (RequestOrigin.FindObjection(context.Request, allowsPlainNames: true) is { } objection)
        {
            await RejectAsync(context, StatusCodes.Status403Forbidden, "ForbiddenOrigin", objection).ConfigureAwait(false);
            return;
        }

        string path = context.Request.Path.Value ?? "";
        string[] parts = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..].Split('/') : [];
        try
        {
            await (parts switch
            {
                ["invocation", "next"] => RequireMethodAsync("GET", context, NextAsync),
                ["invocation", var id, "response"] => RequireMethodAsync("POST", context, call => ResponseAsync(call, id)),
                ["invocation", var id, "error"] => RequireMethodAsync("POST", context, call => ErrorAsync(call, id)),
                ["init", "error"] => RequireMethodAsync("POST", context, InitErrorAsync),
                _ => ReplyAsync(context, StatusCodes.Status404NotFound, "404 page not found\n"u8.ToArray(), "text/plain; charset=utf-8"),
            }).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            // A malformed chunk, or a body that ends too early. ResponseAsync reports it to the invocation as well.
            await RejectAsync(context, exception.StatusCode, "InvalidRequest", exception.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The function closed the connection, so nobody is left to answer.
        }
    }

    private static Task RequireMethodAsync(string method, HttpContext context, RequestDelegate handler)
    {
        if (context.Request.Method == method)
        {
            return handler(context);
        }

        context.Response.Headers.Allow = method;
        return ReplyAsync(context, StatusCodes.Status405MethodNotAllowed, ReadOnlyMemory<byte>.Empty, null);
    }

    private async Task NextAsync(HttpContext context)
    {
        Invocation? invocation = await _session.NextAsync(context.RequestAborted).ConfigureAwait(false);
        if (invocation is null)
        {
            await RejectTransitionAsync(context, "RuntimeReadyState").ConfigureAwait(false);
            return;
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers[RuntimeApiHeaders.RequestId] = invocation.RequestId;
        headers[RuntimeApiHeaders.DeadlineMs] = invocation.Deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers[RuntimeApiHeaders.InvokedFunctionArn] = _settings.Arn;
        headers[RuntimeApiHeaders.TraceId] = invocation.Request.TraceId;
        if (invocation.Request.ClientContext is { } clientContext && RuntimeApiJson.TryMakeHeader(clientContext, out string? header))
        {
            headers[RuntimeApiHeaders.ClientContext] = header;
        }

        await ReplyAsync(context, StatusCodes.Status200OK, invocation.Request.Payload, Json).ConfigureAwait(false);
    }

    private async Task ResponseAsync(HttpContext context, string requestId)
    {
        if (await AdmitAsync(context, requestId, "RuntimeInvocationResponseState").ConfigureAwait(false) is not { } invocation)
        {
            return;
        }

        string mode = context.Request.Headers[RuntimeApiHeaders.ResponseMode].ToString();
        bool streamed = mode == RuntimeApiHeaders.Streaming;
        if (!streamed && mode.Length > 0)
        {
            Fail(
                invocation,
                "Runtime.InvalidResponseModeHeader",
                $"The response mode is '{mode}'; it must be '{RuntimeApiHeaders.Streaming}' or absent.");
            await RejectAsync(context, StatusCodes.Status400BadRequest, "InvalidFunctionResponseMode", "Invalid function response mode")
                .ConfigureAwait(false);
            return;
        }

        int limit = streamed ? _settings.MaxStreamedResponseBytes : _settings.MaxResponseBytes;
        ReadOnlyMemory<byte> body;
        long length;
        try
        {
            (body, length) = await BodyReader.ReadAsync(context.Request.BodyReader, limit, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Kestrel's BadHttpRequestException, for a wrong length or malformed chunks, is an IOException too.
            Fail(invocation, FunctionError.TruncatedResponse, "The connection ended before the response was complete.");
            await RejectAsync(context, StatusCodes.Status400BadRequest, "TruncatedHTTPRequest", "HTTP request detected as truncated")
                .ConfigureAwait(false);
            return;
        }

        if (length > limit)
        {
            Fail(
                invocation,
                FunctionError.ResponseTooLarge,
                $"Response payload size ({length} bytes) exceeded maximum allowed payload size ({limit} bytes).");
            await RejectAsync(
                context,
                StatusCodes.Status413PayloadTooLarge,
                "RequestEntityTooLarge",
                $"Exceeded maximum allowed payload size ({limit} bytes).")
                .ConfigureAwait(false);
            return;
        }

        InvocationOutcome outcome = ErrorInTrailers(context, streamed)
            ?? new InvocationOutcome(body, context.Request.ContentType, streamed, null, _time.GetTimestamp());
        invocation.TryComplete(outcome);
        await ReplyAsync(context, StatusCodes.Status202Accepted, RuntimeApiJson.Accepted, Json).ConfigureAwait(false);
    }

    private async Task ErrorAsync(HttpContext context, string requestId)
    {
        if (await AdmitAsync(context, requestId, "RuntimeInvocationErrorResponseState").ConfigureAwait(false) is not { } invocation)
        {
            return;
        }

        InvocationOutcome outcome = await ReadErrorAsync(context).ConfigureAwait(false);
        invocation.TryComplete(outcome);
        await ReplyAsync(context, StatusCodes.Status202Accepted, RuntimeApiJson.Accepted, Json).ConfigureAwait(false);
    }

    private async Task InitErrorAsync(HttpContext context)
    {
        InvocationOutcome outcome = await ReadErrorAsync(context).ConfigureAwait(false);
        await (_session.TryFailInit(outcome)
            ? ReplyAsync(context, StatusCodes.Status202Accepted, RuntimeApiJson.Accepted, Json)
            : RejectTransitionAsync(context, "RuntimeInitErrorState")).ConfigureAwait(false);
    }

    /// <summary>Returns the invocation if the function may answer it; otherwise rejects the call and returns null.</summary>
    private async Task<Invocation?> AdmitAsync(HttpContext context, string requestId, string targetState)
    {
        string state = _session.StateName;
        AnswerAdmission admission = _session.BeginAnswer(requestId, out Invocation? invocation);
        switch (admission)
        {
            case AnswerAdmission.Accepted:
                return invocation;
            case AnswerAdmission.InvalidStateTransition:
                await RejectTransitionAsync(context, targetState, state).ConfigureAwait(false);
                return null;
            case AnswerAdmission.TimedOut:
                await RejectAsync(context, StatusCodes.Status410Gone, "InvokeTimeout", "Invoke timeout").ConfigureAwait(false);
                return null;
            default:
                await RejectAsync(context, StatusCodes.Status400BadRequest, "InvalidRequestID", "Invalid request ID").ConfigureAwait(false);
                return null;
        }
    }

    private async Task<InvocationOutcome> ReadErrorAsync(HttpContext context)
    {
        (ReadOnlyMemory<byte> body, long length) = await BodyReader.ReadAsync(
            context.Request.BodyReader, _settings.MaxResponseBytes, context.RequestAborted)
            .ConfigureAwait(false);
        string header = context.Request.Headers[RuntimeApiHeaders.ErrorType].ToString();
        if (length > _settings.MaxResponseBytes || length == 0)
        {
            body = RuntimeApiJson.Error(KnownErrorType(header), "");
        }

        return ErrorOutcome(body, header, context.Request.ContentType);
    }

    private InvocationOutcome? ErrorInTrailers(HttpContext context, bool streamed)
    {
        if (!streamed || !context.Request.SupportsTrailers())
        {
            return null;
        }

        string type = context.Request.GetTrailer(RuntimeApiHeaders.ErrorType).ToString();
        if (type.Length == 0)
        {
            return null;
        }

        string encoded = context.Request.GetTrailer(RuntimeApiHeaders.ErrorBody).ToString();
        byte[] body = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, body, out int written) && written > 0
            ? ErrorOutcome(body.AsMemory(0, written), type, Json)
            : ErrorOutcome(RuntimeApiJson.Error(type, ""), type, Json);
    }

    private InvocationOutcome ErrorOutcome(ReadOnlyMemory<byte> body, string headerType, string? contentType)
    {
        (string? type, string? message) = RuntimeApiJson.ReadError(body);
        var error = new FunctionError(type ?? KnownErrorType(headerType), message ?? Encoding.UTF8.GetString(body.Span));
        return new InvocationOutcome(body, contentType, false, error, _time.GetTimestamp());
    }

    private void Fail(Invocation invocation, string type, string message) =>
        invocation.TryComplete(InvocationOutcome.Failed(new FunctionError(type, message), _time.GetTimestamp()));

    private Task RejectTransitionAsync(HttpContext context, string target, string? from = null) => RejectAsync(
        context,
        StatusCodes.Status403Forbidden,
        "InvalidStateTransition",
        $"State transition from {from ?? _session.StateName} to {target} failed for runtime. Error: State transition is not allowed");

    private static Task RejectAsync(HttpContext context, int status, string type, string message) =>
        ReplyAsync(context, status, RuntimeApiJson.Error(type, message), Json);

    private static async Task ReplyAsync(HttpContext context, int status, ReadOnlyMemory<byte> body, string? contentType)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Lambda passes on error types that begin with "Runtime." or "Function."; all others become "Unknown".</summary>
    private static string KnownErrorType(string type) =>
        ErrorTypePattern().IsMatch(type) ? type
            : type.StartsWith("Function.", StringComparison.Ordinal) ? "Function.Unknown"
            : "Runtime.Unknown";

    [GeneratedRegex("^(Runtime|Function)\\.[A-Z][a-zA-Z]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ErrorTypePattern();
}

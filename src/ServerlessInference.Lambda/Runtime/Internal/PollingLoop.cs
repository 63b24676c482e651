using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>Asks the Runtime API for events and answers them, one after the other.</summary>
internal sealed partial class PollingLoop(
    RuntimeApiClient client, InvocationProcessor processor, InvocationDeadline deadline, int headRoom, bool alone, Action answered) : IDisposable
{
    private const string TraceVariable = "_X_AMZN_TRACE_ID";

    // The range of DateTimeOffset.FromUnixTimeMilliseconds.
    private const long LatestDeadline = 253_402_300_799_999;

    private readonly Invocation _invocation = new(headRoom);

    public async Task RunAsync()
    {
        while (await client.NextAsync().ConfigureAwait(false) is { } payload)
        {
            InvocationContext context = CreateContext(client.Response);
            _invocation.Payload = payload;
            _invocation.Context = context;
            if (alone)
            {
                // Tracing libraries look for it there. Several invocations at a time have theirs in the context only.
                Environment.SetEnvironmentVariable(TraceVariable, context.TraceId);
            }

            await processor.ProcessAsync(_invocation, deadline).ConfigureAwait(false);
            await AnswerAsync(context.RequestId).ConfigureAwait(false);
            answered();
        }
    }

    public void Dispose()
    {
        _invocation.Dispose();
        deadline.Dispose();
        client.Dispose();
    }

    private static InvocationContext CreateContext(ApiResponse response) => new()
    {
        RequestId = response.RequestId!,
        Deadline = response.DeadlineMs is > 0 and <= LatestDeadline ? DateTimeOffset.FromUnixTimeMilliseconds(response.DeadlineMs) : DateTimeOffset.MaxValue,
        InvokedFunctionArn = response.FunctionArn,
        TraceId = response.TraceId,
        ClientContext = response.ClientContext,
        CognitoIdentity = response.CognitoIdentity,
    };

    private async ValueTask AnswerAsync(string requestId)
    {
        bool taken = _invocation.Error is { } error
            ? await client.FailAsync(requestId, error.Type, _invocation.Response).ConfigureAwait(false)
            : await client.RespondAsync(requestId, _invocation.Response).ConfigureAwait(false);
        if (taken)
        {
            return;
        }

        LogRefused(processor.Logger, requestId, client.Response.Status);
        if (client.Response.Status == 413 && _invocation.Error is null)
        {
            ErrorJson.Write(_invocation, new FunctionError(Failure.ResponseTooLarge, new ResponseTooLargeException().Message));
            await client.FailAsync(requestId, Failure.ResponseTooLarge, _invocation.Response).ConfigureAwait(false);
        }
    }

    [LoggerMessage(EventId = 110, Level = LogLevel.Error, Message = "Lambda did not take the answer to request {Request}: HTTP {Status}")]
    private static partial void LogRefused(ILogger logger, string request, int status);
}

using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>Asks the Runtime API for events and answers them, one after the other.</summary>
internal sealed partial class PollingLoop(
    LoopRunner runner, RuntimeApiClient client, InvocationProcessor processor, InvocationDeadline deadline, int headRoom, bool alone)
{
    private const string TraceVariable = "_X_AMZN_TRACE_ID";

    // The range of DateTimeOffset.FromUnixTimeMilliseconds.
    private const long LatestDeadline = 253_402_300_799_999;

    /// <summary>Runs until the client is stopped.</summary>
    /// <param name="disposeRunner">Whether this is the runner's only loop, with whose end it ends.</param>
    public async Task RunAsync(bool disposeRunner)
    {
        using LoopRunner? ended = disposeRunner ? runner : null;
        using InvocationDeadline ends = deadline;
        using var invocation = new Invocation(headRoom);
        while (await client.NextAsync().ConfigureAwait(false))
        {
            InvocationContext context = CreateContext(client.Response);
            invocation.Payload = client.Event;
            invocation.Context = context;
            if (alone)
            {
                // Tracing libraries look for it there. Several invocations at a time have theirs in the context only.
                Environment.SetEnvironmentVariable(TraceVariable, context.TraceId);
            }

            await processor.ProcessAsync(invocation, deadline).ConfigureAwait(false);
            bool taken = invocation.Error is null
                ? await client.RespondAsync(context.RequestId, invocation.Response).ConfigureAwait(false)
                : await client.FailAsync(context.RequestId, invocation.Error.Type, invocation.Response).ConfigureAwait(false);
            if (!taken)
            {
                await ReportRefusalAsync(context.RequestId, invocation).ConfigureAwait(false);
            }

            runner.Answered();
        }
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

    private async ValueTask ReportRefusalAsync(string requestId, Invocation invocation)
    {
        LogRefused(processor.Logger, requestId, client.Response.Status);
        if (client.Response.Status == 413 && invocation.Error is null)
        {
            ErrorJson.Write(invocation, new FunctionError(Failure.ResponseTooLarge, new ResponseTooLargeException().Message));
            await client.FailAsync(requestId, Failure.ResponseTooLarge, invocation.Response).ConfigureAwait(false);
        }
    }

    [LoggerMessage(EventId = 110, Level = LogLevel.Error, Message = "Lambda did not take the answer to request {Request}: HTTP {Status}")]
    private static partial void LogRefused(ILogger logger, string request, int status);
}

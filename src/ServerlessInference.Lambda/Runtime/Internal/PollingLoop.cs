using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>Asks the Runtime API for events and answers them, one after another.</summary>
/// <remarks>
/// <para>An environment that serves one invocation at a time has one loop, whose thread waits in system calls. Everything that the loop
/// owns (client, connection, buffers, deadline) is used by the loop alone. Two calls may come from other threads:</para>
/// <list type="table">
/// <listheader><term>call</term><description>effect, by what the loop is doing</description></listheader>
/// <item><term><see cref="RuntimeApiClient.Stop"/></term><description> While the loop waits for an event: closes the connection, so that
/// the wait ends and <see cref="RunAsync"/> returns. While it answers an event: the answer is completed and sent, and the next wait does
/// not begin.</description></item>
/// <item><term>the deadline's timer</term><description> Cancels the token of the invocation that runs. <see cref="InvocationDeadline.End"/>
/// stops the timer before the next event is requested, so it cannot reach a later invocation.</description></item>
/// </list>
/// <para>The buffers of event and response are reused: an event is valid until the next one is requested, and a response until it was
/// sent.</para>
/// </remarks>
internal sealed class PollingLoop(
    LoopRunner runner, RuntimeApiClient client, InvocationProcessor processor, InvocationDeadline deadline, int headRoom, bool isOnlyLoop)
{
    private const string TraceVariable = "_X_AMZN_TRACE_ID";

    // The maximum that DateTimeOffset.FromUnixTimeMilliseconds accepts.
    private const long MaxDeadline = 253_402_300_799_999;

    /// <summary>Runs until the client is stopped.</summary>
    /// <param name="disposeRunner">Whether to dispose the runner at the end, because this is its only loop.</param>
    public async Task RunAsync(bool disposeRunner)
    {
        using LoopRunner? runnerToDispose = disposeRunner ? runner : null;
        using InvocationDeadline deadlineToDispose = deadline;
        using var invocation = new Invocation(headRoom);
        while (await client.NextAsync().ConfigureAwait(false))
        {
            InvocationContext context = CreateContext(client.Response);
            invocation.Payload = client.Event;
            invocation.Context = context;
            if (isOnlyLoop)
            {
                // Tracing libraries read the trace ID from this variable. With several loops it is only in the context, since the variable
                // is one for the whole process.
                Environment.SetEnvironmentVariable(TraceVariable, context.TraceId);
            }

            await processor.ProcessAsync(invocation, deadline).ConfigureAwait(false);
            bool accepted = invocation.Error is null
                ? await client.RespondAsync(context.RequestId, invocation.Response).ConfigureAwait(false)
                : await client.FailAsync(context.RequestId, invocation.Error.Type, invocation.Response).ConfigureAwait(false);
            if (!accepted)
            {
                await ReportRejectionAsync(context.RequestId, invocation).ConfigureAwait(false);
            }

            runner.Answered();
            if (processor.Observer is { } observer)
            {
                await TellAsync(observer, context).ConfigureAwait(false);
            }
        }
    }

    private static InvocationContext CreateContext(ApiResponse response) => new()
    {
        RequestId = response.RequestId!,
        Deadline = response.DeadlineMs is > 0 and <= MaxDeadline
            ? DateTimeOffset.FromUnixTimeMilliseconds(response.DeadlineMs)
            : DateTimeOffset.MaxValue,
        InvokedFunctionArn = response.FunctionArn,
        TraceId = response.TraceId,
        ClientContext = response.ClientContext,
        CognitoIdentity = response.CognitoIdentity,
        TenantId = response.TenantId,
    };

    private async ValueTask TellAsync(IInvocationObserver observer, InvocationContext context)
    {
        try
        {
            await observer.OnAnsweredAsync(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogMessages.ObserverFailed(processor.Logger, exception);
        }
    }

    private async ValueTask ReportRejectionAsync(string requestId, Invocation invocation)
    {
        LogMessages.ResponseRejected(processor.Logger, requestId, client.Response.Status);
        if (client.Response.Status == 413 && invocation.Error is null)
        {
            ErrorJson.Write(invocation, new FunctionError(Failure.ResponseTooLarge, new ResponseTooLargeException().Message));
            await client.FailAsync(requestId, Failure.ResponseTooLarge, invocation.Response).ConfigureAwait(false);
        }
    }
}

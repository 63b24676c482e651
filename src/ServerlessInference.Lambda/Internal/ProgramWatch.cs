using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Logging;
using ServerlessInference.Lambda.Runtime;

namespace ServerlessInference.Lambda;

/// <summary>
/// Reports an exception that leaves the program before the function runs, such as one for a variable that is not set, in the same way as
/// invalid settings: to the log and to Lambda.
/// </summary>
/// <remarks>
/// Without it, the runtime would write the exception and abort with a memory dump, and Lambda would report no more than that the process
/// has ended. From the start of the initialization on, <see cref="FunctionStart"/> reports failures.
/// </remarks>
internal sealed class ProgramWatch(LambdaEnvironment environment)
{
    /// <summary>Begins to watch this process, if it runs on Lambda.</summary>
    public static ProgramWatch? Begin(LambdaEnvironment environment)
    {
        if (!environment.IsProcess || environment.RuntimeApi is null)
        {
            return null;
        }

        var watch = new ProgramWatch(environment);
        AppDomain.CurrentDomain.UnhandledException += watch.OnUnhandled;
        return watch;
    }

    /// <summary>Ends the watch, because the function begins to run.</summary>
    public void End() => AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;

    /// <summary>Reports an exception.</summary>
    public async Task ReportAsync(Exception exception, Func<Stream>? logOutput = null)
    {
        var scope = new InvocationScope(concurrent: false);
        var sink = new LogSink(environment.LogsJson, environment.LogLevel, scope, TimeProvider.System, logOutput);
        using var provider = new LambdaLoggerProvider(sink);
        ILogger logger = provider.CreateLogger(LogMessages.Category);
        LogMessages.InitializationFailed(logger, exception);

        var endpoint = new RuntimeApiEndpoint(environment.RuntimeApi);
        FunctionError error = Failure.DescribeInitializationFailure(exception);
        using var client = new RuntimeApiClient(endpoint, blocking: true, TimeProvider.System);
        using var invocation = new Invocation(RuntimeApiRequests.HeadRoom(endpoint));
        ErrorJson.Write(invocation, error);
        await client.FailInitializationAsync(error.Type, invocation.Response, restored: false).ConfigureAwait(false);
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs unhandled)
    {
        if (unhandled.ExceptionObject is not Exception exception)
        {
            return;
        }

        try
        {
            ReportAsync(exception).GetAwaiter().GetResult();
        }
        catch (RuntimeApiException)
        {
            // The log has the exception, and Lambda notices that the process ends.
        }

        ReportedFailure.End();
    }
}

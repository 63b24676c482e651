using System.ComponentModel;
using System.Globalization;
using ServerlessInference.Tool.LocalRuntime.Cpu;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>A started function: its process and the Runtime API that the process uses.</summary>
internal sealed class FunctionInstance : IAsyncDisposable
{
    private readonly RuntimeApiServer _api;
    private readonly TimeProvider _time;

    private FunctionInstance(RuntimeApiServer api, RuntimeSession session, FunctionProcess process, TimeProvider time)
    {
        _api = api;
        _time = time;
        Session = session;
        Process = process;
    }

    /// <summary>Gets the state of the Runtime API.</summary>
    public RuntimeSession Session { get; }

    /// <summary>Gets the process.</summary>
    public FunctionProcess Process { get; }

    /// <summary>Starts the function.</summary>
    /// <exception cref="Win32Exception">The program does not exist or cannot be run.</exception>
    public static async Task<FunctionInstance> StartAsync(
        FunctionSettings settings,
        string temporaryFolder,
        CpuLimit cpu,
        EnvironmentLog log,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var session = new RuntimeSession(time, settings.MaxConcurrency);
        RuntimeApiServer api = await RuntimeApiServer.StartAsync(settings, session, time, cancellationToken).ConfigureAwait(false);
        try
        {
            IEnumerable<KeyValuePair<string, string?>> variables = FunctionVariables.Create(
                settings, api.Address, temporaryFolder, cpu.Processors);
            var process = FunctionProcess.Start(settings.Command, settings.TaskRoot, variables, cpu, log.Function, time);
            return new FunctionInstance(api, session, process, time);
        }
        catch
        {
            await api.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until the runtime polls, reports an error, ends, or the time limit passes.</summary>
    /// <returns>Null if it polls, otherwise the reason why it does not.</returns>
    public async Task<InitFailure?> AwaitInitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Session.Initialised, Process.Exited, Task.Delay(limit, _time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (Session.Initialised.IsCompleted)
        {
            return await Session.Initialised.ConfigureAwait(false) is { Error: { } reported } answer
                ? new InitFailure(reported, answer)
                : null;
        }

        FunctionError error = Process.Exited.IsCompleted
            ? new FunctionError(FunctionError.ExitError, Process.DescribeExit())
            : new FunctionError(
                FunctionError.TimedOut,
                string.Create(CultureInfo.InvariantCulture, $"Task timed out after {limit.TotalSeconds:F2} seconds"));
        return new InitFailure(error, null);
    }

    /// <summary>Stops the process as Lambda's shutdown does: SIGTERM, then SIGKILL.</summary>
    public Task StopAsync(TimeSpan grace) => Process.StopAsync(grace);

    /// <summary>Kills the process and closes its Runtime API.</summary>
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync().ConfigureAwait(false);
        await _api.DisposeAsync().ConfigureAwait(false);
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ServerlessInference.Tool.LocalRuntime.Cpu;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The process of a function. It is started once, monitored, and stopped together with all its descendants. Thread-safe.</summary>
internal sealed class FunctionProcess : IAsyncDisposable
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private Task _output = Task.CompletedTask;
    private IReadOnlyList<ProcessIdentity> _members = [];

    private FunctionProcess(Process process, TimeProvider time)
    {
        _process = process;
        _time = time;
    }

    /// <summary>Completes when the process has ended.</summary>
    public Task Exited => _exited.Task;

    /// <summary>Gets the timestamp taken just before the process started.</summary>
    public long StartedAt { get; private init; }

    /// <summary>Gets the largest peak of resident memory seen so far, in KiB; null if it is unknown.</summary>
    public long? PeakMemoryKiB { get; private set; }

    /// <summary>Starts a command.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="workingDirectory">The working directory.</param>
    /// <param name="variables">Changes to the environment variables; null removes a variable.</param>
    /// <param name="cpu">The CPU limit of the process.</param>
    /// <param name="log">Receives each line of standard output and standard error.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Win32Exception">The program does not exist or cannot be run.</exception>
    public static FunctionProcess Start(
        IReadOnlyList<string> command,
        string workingDirectory,
        IEnumerable<KeyValuePair<string, string?>> variables,
        CpuLimit cpu,
        Action<string> log,
        TimeProvider time)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] line = [.. cpu.Launcher, .. command];
        start.FileName = line[0];
        foreach (string argument in line.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string? name, string? value) in variables)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var function = new FunctionProcess(process, time) { StartedAt = time.GetTimestamp() };
        process.Exited += (_, _) => function._exited.TrySetResult();
        try
        {
            process.Start();
        }
        catch
        {
            process.Dispose();
            throw;
        }

        process.StandardInput.Close();
        function._output = Task.WhenAll(PumpAsync(process.StandardOutput, log), PumpAsync(process.StandardError, log));
        return function;
    }

    /// <summary>Describes how the process ended, as Lambda does in <c>Runtime.ExitError</c>.</summary>
    public string DescribeExit()
    {
        // .NET reports the end by a signal as 128 plus the number of the signal, as shells do.
        int code = _process.ExitCode;
        return code switch
        {
            0 => "Runtime exited without providing a reason",
            134 => "Runtime exited with error: signal: aborted",
            137 => "Runtime exited with error: signal: killed",
            139 => "Runtime exited with error: signal: segmentation fault",
            143 => "Runtime exited with error: signal: terminated",
            _ => string.Create(CultureInfo.InvariantCulture, $"Runtime exited with error: exit status {code}"),
        };
    }

    /// <summary>While the process runs, records its descendants and their peak memory.</summary>
    public void Sample()
    {
        if (_process.HasExited)
        {
            return;
        }

        _members = ProcessTree.Members(_process.Id);
        if (ProcessTree.PeakMemoryKiB(_members) is { } peak)
        {
            PeakMemoryKiB = Math.Max(PeakMemoryKiB ?? 0, peak);
        }
    }

    /// <summary>Kills the process and its descendants immediately, and waits until it has ended.</summary>
    public async Task KillAsync()
    {
        Sample();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await Exited.ConfigureAwait(false);

        // If the process ended by itself, its descendants were not killed with it.
        ProcessTree.KillRemaining(_members);
    }

    /// <summary>Asks the process to stop (SIGTERM), and kills it and its descendants after <paramref name="grace"/>.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        Sample();
        if (Signals.TryTerminate(_process))
        {
            await Task.WhenAny(Exited, Task.Delay(grace, _time)).ConfigureAwait(false);
        }

        await KillAsync().ConfigureAwait(false);
    }

    /// <summary>Kills the process, forwards its last lines of output within a time limit, and releases it.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);

        // A descendant that has left the process tree may keep the pipes open forever, hence the time limit.
        await Task.WhenAny(_output, Task.Delay(DrainLimit, _time)).ConfigureAwait(false);
        _process.Dispose();
    }

    private static async Task PumpAsync(StreamReader reader, Action<string> log)
    {
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                log(line);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process and its pipes no longer exist, so there is no more output.
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ServerlessInference.Tool.LocalRuntime.Cpu;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The function's process: started once, watched, and stopped with all its descendants. Thread-safe.</summary>
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

    /// <summary>Gets the time stamp just before the start.</summary>
    public long StartedAt { get; private init; }

    /// <summary>Gets the largest peak of resident memory seen so far, KiB; null where it is unknown.</summary>
    public long? PeakMemoryKiB { get; private set; }

    /// <summary>Starts a command.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="variables">Changes to the environment; null removes.</param>
    /// <param name="cpu">The CPU share it runs with.</param>
    /// <param name="log">Takes each line of its standard output and error.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Win32Exception">The program is missing or cannot be run.</exception>
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
        foreach (var argument in line.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in variables)
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

    /// <summary>Says how the process ended, in the words of Lambda's <c>Runtime.ExitError</c>.</summary>
    public string DescribeExit()
    {
        // .NET reports a signal as 128 + its number, as shells do.
        var code = _process.ExitCode;
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

    /// <summary>Looks at the process and its descendants, as long as it runs: which they are, and their peak memory.</summary>
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

    /// <summary>Kills the process and its descendants at once, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Sample();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await Exited.ConfigureAwait(false);
        ProcessTree.KillRemaining(_members); // descendants of a process that ended by itself
    }

    /// <summary>Asks the process to stop (SIGTERM), and kills what is left of it after <paramref name="grace"/>.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        Sample();
        if (Signals.TryTerminate(_process))
        {
            await Task.WhenAny(Exited, Task.Delay(grace, _time)).ConfigureAwait(false);
        }

        await KillAsync().ConfigureAwait(false);
    }

    /// <summary>Passes on the last lines of output, for a bounded time, and lets go of the process.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);

        // A descendant that left the tree may hold the pipes open, so their end is not waited for without a limit.
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
            // The process and its pipes are gone: there is nothing more to show.
        }
    }
}

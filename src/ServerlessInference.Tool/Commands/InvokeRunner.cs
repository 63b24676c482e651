using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.LocalRuntime.Cpu;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>Runs the command <c>invoke</c>: each memory size, each start, each event.</summary>
internal sealed class InvokeRunner(ToolConsole console, TimeProvider time)
{
    /// <summary>Gets how often the function is started.</summary>
    public required int ColdStarts { get; init; }

    /// <summary>Gets how often the events are sent again after the first round of a start.</summary>
    public required int WarmRounds { get; init; }

    /// <summary>Gets the client context as JSON, or null.</summary>
    public string? ClientContext { get; init; }

    /// <summary>Gets a value indicating whether the output of the function is hidden.</summary>
    public bool Quiet { get; init; }

    /// <summary>Runs the function, and writes one document per memory size and event.</summary>
    public async Task<int> RunAsync(
        IReadOnlyList<string> eventNames, IReadOnlyList<FunctionSettings> sizes, OutputFormat format, CancellationToken cancellationToken)
    {
        var events = new List<EventInput>();
        foreach (string name in eventNames)
        {
            events.Add(await EventInput.ReadAsync(name, console, cancellationToken).ConfigureAwait(false));
        }

        bool failed = false;
        using var progress = new ProgressBar(console, time, sizes.Count * ColdStarts * (1 + WarmRounds) * events.Count);
        var output = new DocumentWriter(console, format, InvokeDocument.Columns);
        await using (output.ConfigureAwait(false))
        {
            foreach (FunctionSettings settings in sizes)
            {
                using CpuLimit cpu =
                    await CpuEmulator.ForCurrentMachine().CreateAsync(settings.MemoryMB, cancellationToken).ConfigureAwait(false);
                InvokeDocument[] documents =
                    events.Select(input => new InvokeDocument(input.Name, settings.MemoryMB, cpu) { Error = input.Error }).ToArray();
                for (int start = 0; start < ColdStarts && events.Any(input => input.Error is null); start++)
                {
                    await RunStartAsync(events, documents, settings, cpu, progress, cancellationToken).ConfigureAwait(false);
                }

                foreach (InvokeDocument document in documents)
                {
                    failed |= document.Error is not null;
                    await output.WriteAsync(document, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return failed ? ExitCode.InputFailed : ExitCode.Success;
    }

    private async Task RunStartAsync(
        List<EventInput> events,
        InvokeDocument[] documents,
        FunctionSettings settings,
        CpuLimit cpu,
        ProgressBar progress,
        CancellationToken cancellationToken)
    {
        var log = new EnvironmentLog(line => WriteLog(line, Quiet), line => WriteLog($"serverless-inference: {line}", false));
        var environment = new ExecutionEnvironment(settings, cpu, log, time);
        await using (environment.ConfigureAwait(false))
        {
            for (int round = 0; round <= WarmRounds; round++)
            {
                for (int index = 0; index < events.Count; index++)
                {
                    if (events[index].Error is null)
                    {
                        var request = new InvocationRequest(events[index].Payload) { ClientContext = ClientContext };
                        documents[index].Add(await environment.InvokeAsync(request, cancellationToken).ConfigureAwait(false));
                    }

                    progress.Step($"invocations at {settings.MemoryMB} MB");
                }
            }
        }

        // The peak is known only now, when all processes have ended.
        if (environment.PeakMemoryKiB is not { } peak)
        {
            return;
        }

        foreach (InvokeDocument document in documents.Where(document => document.First is not null))
        {
            document.PeakMemoryKiB = Math.Max(document.PeakMemoryKiB ?? 0, peak);
        }
    }

    private void WriteLog(string line, bool hidden)
    {
        if (!hidden)
        {
            console.Error.WriteLine(line);
        }
    }
}

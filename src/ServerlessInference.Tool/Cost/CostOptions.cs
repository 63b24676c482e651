using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ServerlessInference.Tool.Commands;
using ServerlessInference.Tool.LocalRuntime;

namespace ServerlessInference.Tool.Cost;

/// <summary>The options of <c>cost</c>, and what a command line makes of them.</summary>
internal sealed class CostOptions
{
    private readonly Option<double?> _duration = Number("--duration", "How long a call takes in a running process, ms; warm calls are billed for that.", "MS", 0.001, 900_000);
    private readonly Option<double?> _cold = Number("--cold-duration", "How long the first call of a process takes, from its start to the answer, ms.", "MS", 0.001, 900_000);
    private readonly Option<double?> _init = Number("--init", "How much of the cold duration is the init phase, ms. Default: what invoke measured, or 0.", "MS", 0, 900_000);
    private readonly Option<double?> _coldShare = Number("--cold-share", "The share of calls that are the first of a process, 0 to 1. Default: 0.", "N", 0, 1);
    private readonly Option<double?> _memory = Number("--memory", "The memory size, MB. Default: what invoke was run with, or 1769.", "MB", LambdaLimits.MinMemoryMB, LambdaLimits.MaxMemoryMB, whole: true);
    private readonly Option<double?> _batch = Number("--batch", "How many requests one call answers. Default: 1.", "N", 1, 10_000, whole: true);
    private readonly Option<double?> _tmp = Number("--tmp", "The size of /tmp, MB. Default: 512.", "MB", 512, 10_240, whole: true);
    private readonly Option<double?> _warmupEvery = Number("--warmup-every", "The time between two calls that only keep the function warm, minutes.", "MINUTES", 0.1, 44_640);
    private readonly Option<double?> _warmupDuration = Number("--warmup-duration", "How long such a call takes, ms. Default: as a warm call.", "MS", 0.001, 900_000);
    private readonly Option<double?> _warmupEnvironments = Number("--warmup-environments", "How many environments are kept warm. Default: 1.", "N", 1, 10_000, whole: true);
    private readonly Option<double?> _hostPrice = Number("--host-price", "What a host costs a month, to compare with.", "AMOUNT", 0.01, 1e9);
    private readonly Option<double?> _hostRate = Number("--host-rate", "How many requests a second a host serves; further ones step in. Default: one is always enough.", "N", 0.0001, 1e9);
    private readonly Option<double?> _hostPeak = Number("--host-peak", "How many times the average the busiest hour is, for which there must be hosts. Default: 1.", "N", 1, 10_000);

    private readonly Option<string> _architecture = new("--arch")
    {
        Description = "The architecture: x86_64 or arm64.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "x86_64",
    };

    private readonly Option<bool> _snapStart = new("--snapstart") { Description = "Processes begin from a snapshot, which is kept all month." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _duration, _memory, _architecture, _batch, _coldShare, _cold, _init, _tmp, _snapStart, _warmupEvery, _warmupDuration, _warmupEnvironments,
            _hostPrice, _hostRate, _hostPeak,
        ];
        foreach (var option in all)
        {
            command.Add(option);
        }
    }

    /// <summary>The function that a command line means; what is given there wins over what was measured.</summary>
    /// <exception cref="UsageException">It is not known how long a call takes.</exception>
    public Workload Read(ParseResult parsed, InvokeMeasurement? measured)
    {
        var warm = parsed.GetValue(_duration) ?? measured?.WarmMs ?? throw new UsageException(measured is null
            ? "How long a call takes is not known. Give --duration, or the JSON of invoke with --invoke."
            : $"At {measured.MemoryMB} MB invoke measured no warm call. Run it with --warm 20, or give --duration.");
        var every = parsed.GetValue(_warmupEvery);
        if (every is null && (parsed.GetValue(_warmupDuration) is not null || parsed.GetValue(_warmupEnvironments) is not null))
        {
            throw new UsageException("--warmup-duration and --warmup-environments say nothing without --warmup-every.");
        }

        return new Workload
        {
            MemoryMB = (int)(parsed.GetValue(_memory) ?? measured?.MemoryMB ?? LambdaLimits.MemoryMBPerCpu),
            Architecture = parsed.GetRequiredValue(_architecture),
            WarmMs = warm,
            ColdMs = parsed.GetValue(_cold) ?? measured?.ColdMs,
            InitMs = parsed.GetValue(_init) ?? measured?.InitMs ?? 0,
            ColdShare = parsed.GetValue(_coldShare) ?? 0,
            BatchSize = (int)(parsed.GetValue(_batch) ?? 1),
            EphemeralStorageMB = (int)(parsed.GetValue(_tmp) ?? 512),
            SnapStart = parsed.GetValue(_snapStart),
            Warmup = every is null ? null : new Workload.WarmupSchedule(every.Value, parsed.GetValue(_warmupDuration) ?? warm, (int)(parsed.GetValue(_warmupEnvironments) ?? 1)),
        };
    }

    /// <summary>The host that a command line means; null for none.</summary>
    public FixedHost? ReadHost(ParseResult parsed) => parsed.GetValue(_hostPrice) is { } price
        ? new FixedHost(price, parsed.GetValue(_hostRate), parsed.GetValue(_hostPeak) ?? 1)
        : parsed.GetValue(_hostRate) is null && parsed.GetValue(_hostPeak) is null ? null : throw new UsageException("--host-rate and --host-peak say nothing without --host-price.");

    /// <summary>An option with a number within bounds.</summary>
    public static Option<double?> Number(string name, string description, string unit, double min, double max, bool whole = false) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result => Parse(result, name, min, max, whole),
    };

    private static double? Parse(ArgumentResult result, string name, double min, double max, bool whole)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"{min:0.####} to {max:0.####}");
        return whole
            ? FunctionOptions.WholeNumber(result, name, result.Tokens[0].Value, (int)min, (int)max)
            : FunctionOptions.Number(result, name, min, max, expected);
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.LocalRuntime;

namespace ServerlessInference.Tool.Cost;

/// <summary>The options of <c>cost</c>, and how they are read.</summary>
internal sealed class CostOptions
{
    private const double MaxFees = 1e9;

    private readonly Option<double?> _duration = Number(
        "--duration", "The duration of a call in a running process, ms; warm calls are billed for it.", "MS", 0.001, 900_000);
    private readonly Option<double?> _cold = Number(
        "--cold-duration", "The duration of the first call of a process, from its start to the answer, ms.", "MS", 0.001, 900_000);
    private readonly Option<double?> _init = Number(
        "--init", "The part of the cold duration that is the init phase, ms. Default: as measured by invoke, or 0.", "MS", 0, 900_000);
    private readonly Option<double?> _coldShare = Number(
        "--cold-share", "The share of calls that are cold starts, 0 to 1. Default: 0.", "N", 0, 1);
    private readonly Option<double?> _memory = Number(
        "--memory",
        "The memory size, MB. Default: as in the JSON of invoke, or 1769.",
        "MB",
        LambdaLimits.MinMemoryMB,
        LambdaLimits.MaxMemoryMB,
        whole: true);
    private readonly Option<double?> _batch = Number(
        "--batch", "How many requests a call answers. Default: 1.", "N", 1, 10_000, whole: true);
    private readonly Option<double?> _tmp = Number("--tmp", "The size of /tmp, MB. Default: 512.", "MB", 512, 10_240, whole: true);
    private readonly Option<double?> _warmupEvery = Number(
        "--warmup-every", "The time between two calls that only keep the function warm, minutes.", "MINUTES", 0.1, 44_640);
    private readonly Option<double?> _warmupDuration = Number(
        "--warmup-duration", "The duration of such a call, ms. Default: that of a warm call.", "MS", 0.001, 900_000);
    private readonly Option<double?> _warmupEnvironments = Number(
        "--warmup-environments", "How many environments are kept warm. Default: 1.", "N", 1, 10_000, whole: true);
    private readonly Option<double?> _hostPrice = Number(
        "--host-price", "The price of a host per month, to compare with.", "AMOUNT", 0.01, 1e9);
    private readonly Option<double?> _hostRate = Number(
        "--host-rate",
        "How many requests per second a host handles; more hosts are added beyond that. Default: one is always enough.",
        "N",
        0.0001,
        1e9);
    private readonly Option<double?> _hostPeak = Number(
        "--host-peak",
        "The load of the busiest hour, for which there must be enough hosts, as a multiple of the average. Default: 1.",
        "N",
        1,
        10_000);

    private readonly Option<string> _architecture = new("--arch")
    {
        Description = "The architecture: x86_64 or arm64.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "x86_64",
    };

    private readonly Option<bool> _snapStart =
        new("--snapstart") { Description = "Processes are restored from a snapshot, which is kept all month." };

    private readonly Option<string[]> _fee = Fee("--fee", "How many fees of another service each request causes; repeatable.");
    private readonly Option<string[]> _feePerCall = Fee("--fee-per-call", "How many fees each call causes; repeatable.");
    private readonly Option<string[]> _feePerMonth = Fee("--fee-per-month", "How many fees are paid per month; repeatable.");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _duration, _memory, _architecture, _batch, _coldShare, _cold, _init, _tmp, _snapStart,
            _warmupEvery, _warmupDuration, _warmupEnvironments, _fee, _feePerCall, _feePerMonth, _hostPrice, _hostRate, _hostPeak,
        ];
        foreach (Option option in all)
        {
            command.Add(option);
        }
    }

    /// <summary>Reads the function and its load. Options take precedence over measurements.</summary>
    /// <exception cref="UsageException">The duration of a call is unknown.</exception>
    public Workload Read(ParseResult parsed, InvokeMeasurement? measured)
    {
        double warm = parsed.GetValue(_duration) ?? measured?.WarmMs ?? throw new UsageException(measured is null
            ? "The duration of a call is unknown. Give --duration, or the JSON of invoke with --invoke."
            : $"The JSON of invoke has no warm calls at {measured.MemoryMB} MB. Run invoke with --warm 20, or give --duration.");
        double? every = parsed.GetValue(_warmupEvery);
        if (every is null && (parsed.GetValue(_warmupDuration) is not null || parsed.GetValue(_warmupEnvironments) is not null))
        {
            throw new UsageException("--warmup-duration and --warmup-environments require --warmup-every.");
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
            Fees =
            [
                .. ReadFees(parsed, _fee).Select(fee => new ServiceFee(fee.Name, PerRequest: fee.Count)),
                .. ReadFees(parsed, _feePerCall).Select(fee => new ServiceFee(fee.Name, PerCall: fee.Count)),
                .. ReadFees(parsed, _feePerMonth).Select(fee => new ServiceFee(fee.Name, PerMonth: fee.Count)),
            ],
            Warmup = every is null
                ? null
                : new Workload.WarmupSchedule(
                    every.Value, parsed.GetValue(_warmupDuration) ?? warm, (int)(parsed.GetValue(_warmupEnvironments) ?? 1)),
        };
    }

    /// <summary>Reads the host to compare with; null for none.</summary>
    public FixedHost? ReadHost(ParseResult parsed) => parsed.GetValue(_hostPrice) is { } price
        ? new FixedHost(price, parsed.GetValue(_hostRate), parsed.GetValue(_hostPeak) ?? 1)
        : parsed.GetValue(_hostRate) is null && parsed.GetValue(_hostPeak) is null
            ? null
            : throw new UsageException("--host-rate and --host-peak require --host-price.");

    /// <summary>Creates an option whose value is a number within bounds.</summary>
    public static Option<double?> Number(string name, string description, string unit, double min, double max, bool whole = false) =>
        new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result => Parse(result, name, min, max, whole),
    };

    private static Option<string[]> Fee(string name, string description) => new(name)
    {
        Description = description + " The price book names them, such as s3-put=1.",
        HelpName = "NAME=N",
    };

    private static IEnumerable<(string Name, double Count)> ReadFees(ParseResult parsed, Option<string[]> option)
    {
        foreach (string text in parsed.GetValue(option) ?? [])
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0
                || !double.TryParse(text[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double count)
                || count is not (>= 0 and <= MaxFees))
            {
                throw new UsageException(
                    $"{option.Name} is '{text}'; it must be the name of a fee and a number from 0 to 1,000,000,000, such as s3-put=1.");
            }

            yield return (text[..equals], count);
        }
    }

    private static double? Parse(ArgumentResult result, string name, double min, double max, bool whole)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"{min:0.####} to {max:0.####}");
        return whole
            ? NumberParser.ParseWholeNumber(result, name, result.Tokens[0].Value, (int)min, (int)max)
            : NumberParser.ParseNumber(result, name, min, max, expected);
    }
}

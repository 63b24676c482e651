using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Cost;

/// <summary>Computes the cost of a workload with a price book.</summary>
internal sealed class LambdaCost
{
    /// <summary>The length of a month in AWS's pricing calculator: 730 hours.</summary>
    public const double SecondsPerMonth = 730 * 3600;

    private const double MillisecondsPerSecond = 1000, MegabytesPerGigabyte = 1024;

    private readonly PriceBook _book;
    private readonly Workload _workload;
    private readonly bool _freeTier;
    private readonly double _grainMs;
    private readonly double _perGrain;
    private readonly double _gigabytes;

    /// <summary>Creates a computation.</summary>
    /// <param name="book">The prices.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="freeTier">Whether to deduct the account's whole free tier from this function.</param>
    /// <param name="grainMs">The unit, in ms, to which durations are rounded up, instead of the book's.</param>
    /// <exception cref="UsageException">The book lacks a price that the workload needs, or a duration is missing.</exception>
    public LambdaCost(PriceBook book, Workload workload, bool freeTier = false, double? grainMs = null)
    {
        _book = book;
        _workload = workload;
        _freeTier = freeTier;
        _grainMs = grainMs ?? book.GrainMs;
        _gigabytes = workload.MemoryMB / MegabytesPerGigabyte;
        if (!book.PerGbSecond.TryGetValue(workload.Architecture, out double perGbSecond))
        {
            throw new UsageException(
                $"The price book '{book.Name}' has no prices for {workload.Architecture}; it has " +
                $"{string.Join(", ", book.PerGbSecond.Keys)}. Choose another --arch or --book.");
        }

        if (workload.ColdShare > 0 && workload.ColdMs is null)
        {
            throw new UsageException(
                "--cold-share is above 0, but the duration of a cold call is unknown. Give --cold-duration, or the JSON of invoke with " +
                "--invoke.");
        }

        _perGrain = perGbSecond * _gigabytes * _grainMs / MillisecondsPerSecond;
        if (book.PerGrainDecimals is { } decimals && _grainMs == book.GrainMs)
        {
            _perGrain = (double)Math.Round((decimal)_perGrain, decimals, MidpointRounding.AwayFromZero);
        }
    }

    /// <summary>Gets the cost of a million additional requests, without free tier, snapshot and warm-up calls.</summary>
    public double PerMillionRequests
    {
        get
        {
            const double million = 1e6;
            var plain = new LambdaCost(
                _book, _workload with { Warmup = null }, freeTier: false, _grainMs == _book.GrainMs ? null : _grainMs);
            return plain.Monthly(million).Total - plain.Monthly(0).Total;
        }
    }

    /// <summary>Gets the billed duration of a warm invocation in ms.</summary>
    public double BilledWarmMs => Grains(_workload.WarmMs) * _grainMs;

    /// <summary>Gets the billed duration of a cold invocation in ms; null if it is unknown.</summary>
    public double? BilledColdMs => _workload.ColdMs is { } cold
        ? Grains(_book.InitBilled ? cold : Math.Max(0, cold - _workload.InitMs)) * _grainMs
        : null;

    /// <summary>Computes the cost of a month.</summary>
    /// <param name="requests">The number of requests.</param>
    public MonthlyCost Monthly(double requests)
    {
        double answering = requests / _workload.BatchSize;
        double cold = answering * _workload.ColdShare;
        double warming = _workload.Warmup is { } schedule ? SecondsPerMonth / (schedule.EveryMinutes * 60) * schedule.Environments : 0;
        double warmingMs = warming * Grains(_workload.Warmup?.DurationMs ?? 0) * _grainMs;
        double milliseconds = ((answering - cold) * BilledWarmMs) + (cold * (BilledColdMs ?? 0)) + warmingMs;
        double gbSeconds = milliseconds / MillisecondsPerSecond * _gigabytes;
        double requestFees = (answering + warming) * _book.PerRequest;
        double compute = milliseconds / _grainMs * _perGrain;
        double free = 0.0;
        if (_freeTier && _book.FreeTier is { } tier)
        {
            free -= Math.Min(answering + warming, tier.Requests) * _book.PerRequest;
            free -= gbSeconds == 0 ? 0 : Math.Min(1, tier.GbSeconds / gbSeconds) * compute;
        }

        return new MonthlyCost(
            answering + warming,
            gbSeconds,
            requestFees,
            compute,
            Storage(milliseconds / MillisecondsPerSecond),
            Snapshot(cold),
            _workload.Fees.Sum(fee => PriceOf(fee.Name) * ((fee.PerRequest * requests) + (fee.PerCall * answering) + fee.PerMonth)),
            free);
    }

    private double PriceOf(string fee) => _book.Fees is { } fees && fees.TryGetValue(fee, out double price)
        ? price
        : throw new UsageException(
            $"The price book '{_book.Name}' has no fee '{fee}'; it has " +
            $"{(_book.Fees is { Count: > 0 } known ? string.Join(", ", known.Keys) : "none")}. Choose one of them, or another --book.");

    private double Storage(double seconds)
    {
        PriceBook.Storage? book = _book.EphemeralStorage;
        int paid = _workload.EphemeralStorageMB - (book?.IncludedMB ?? 512);
        return paid <= 0 ? 0
            : book is null ? throw new UsageException(
                $"The price book '{_book.Name}' has no price for a /tmp above 512 MB. Choose another --book, or leave out --tmp.")
            : paid / MegabytesPerGigabyte * seconds * book.PerGbSecond;
    }

    private double Snapshot(double coldStarts) =>
        !_workload.SnapStart ? 0
        : _book.SnapStart is not { } book ? throw new UsageException(
            $"The price book '{_book.Name}' has no prices for SnapStart. Choose another --book, or leave out --snapstart.")
        : _gigabytes * ((SecondsPerMonth * book.CachePerGbSecond) + (coldStarts * book.RestorePerGb));

    // The subtraction keeps rounding errors of floating-point division from adding a unit to an exact multiple.
    private double Grains(double milliseconds) => Math.Ceiling((milliseconds / _grainMs) - 1e-9);
}

namespace ServerlessInference.Tool.Cost;

/// <summary>A host that costs the same however much it does; where one is not enough, further ones step in.</summary>
/// <param name="PerMonth">What one costs a month.</param>
/// <param name="RequestsPerSecond">What one serves; null where one is always enough.</param>
/// <param name="Peak">How many times the month's average the busiest hour is, for which there must be enough hosts.</param>
internal sealed record FixedHost(double PerMonth, double? RequestsPerSecond, double Peak)
{
    /// <summary>How many requests a month one host is enough for.</summary>
    public double CapacityPerMonth => RequestsPerSecond is { } rate ? rate * LambdaCost.SecondsPerMonth / Peak : double.PositiveInfinity;

    /// <summary>How many hosts are needed for so many requests a month.</summary>
    public long CountFor(double requests) => Math.Max(1, (long)Math.Ceiling(requests / CapacityPerMonth));
}

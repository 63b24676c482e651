namespace ServerlessInference.Tool.Cost;

/// <summary>A host with a fixed monthly price. If one is not enough for the load, more are added.</summary>
/// <param name="PerMonth">The price of a host per month.</param>
/// <param name="RequestsPerSecond">The requests per second that a host handles; null if one is always enough.</param>
/// <param name="Peak">The load of the busiest hour as a multiple of the month's average. There must be enough hosts for that hour.</param>
internal sealed record FixedHost(double PerMonth, double? RequestsPerSecond, double Peak)
{
    /// <summary>Gets the number of requests per month that a host is enough for.</summary>
    public double CapacityPerMonth => RequestsPerSecond is { } rate ? rate * LambdaCost.SecondsPerMonth / Peak : double.PositiveInfinity;

    /// <summary>Returns the number of hosts needed for a number of requests per month.</summary>
    public long CountFor(double requests) => Math.Max(1, (long)Math.Ceiling(requests / CapacityPerMonth));
}

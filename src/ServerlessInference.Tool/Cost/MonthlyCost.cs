namespace ServerlessInference.Tool.Cost;

/// <summary>The itemised cost of a function per month.</summary>
/// <param name="Invocations">The number of calls, including warm-up calls.</param>
/// <param name="GbSeconds">The memory multiplied by the billed duration.</param>
/// <param name="Requests">The price of the calls.</param>
/// <param name="Compute">The price of memory and duration.</param>
/// <param name="EphemeralStorage">The price of <c>/tmp</c> beyond the included size.</param>
/// <param name="SnapStart">The price of the snapshot, which is kept all month and restored for every cold start.</param>
/// <param name="ServiceFees">The fees of other services.</param>
/// <param name="FreeTier">The deduction for the free tier; 0 or negative.</param>
internal sealed record MonthlyCost(
    double Invocations,
    double GbSeconds,
    double Requests,
    double Compute,
    double EphemeralStorage,
    double SnapStart,
    double ServiceFees,
    double FreeTier)
{
    /// <summary>Gets the amount to pay.</summary>
    public double Total => Requests + Compute + EphemeralStorage + SnapStart + ServiceFees + FreeTier;
}

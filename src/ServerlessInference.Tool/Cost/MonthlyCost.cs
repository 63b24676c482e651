namespace ServerlessInference.Tool.Cost;

/// <summary>What a month of a function costs, by what it is for.</summary>
/// <param name="Invocations">How often the function is called, warm-up calls included.</param>
/// <param name="GbSeconds">Memory times billed duration.</param>
/// <param name="Requests">The price of being called.</param>
/// <param name="Compute">The price of memory and duration.</param>
/// <param name="EphemeralStorage">The price of <c>/tmp</c> beyond what is included.</param>
/// <param name="SnapStart">The price of the snapshot: kept all month, restored for every cold start.</param>
/// <param name="FreeTier">What of it is free; 0 or below.</param>
internal sealed record MonthlyCost(
    double Invocations, double GbSeconds, double Requests, double Compute, double EphemeralStorage, double SnapStart, double FreeTier)
{
    /// <summary>What is to be paid.</summary>
    public double Total => Requests + Compute + EphemeralStorage + SnapStart + FreeTier;
}

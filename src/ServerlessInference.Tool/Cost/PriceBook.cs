namespace ServerlessInference.Tool.Cost;

/// <summary>The prices of Lambda on a date. Amounts are in the currency of the book; a GB is 1,024 MB, as AWS counts.</summary>
/// <param name="Name">The name for <c>--book</c>.</param>
/// <param name="Date">The date of the prices.</param>
/// <param name="Source">Where they were published, and for which region.</param>
/// <param name="Currency">The currency, such as USD.</param>
/// <param name="PerRequest">The price per invocation, in addition to its duration.</param>
/// <param name="PerGbSecond">The price per GB-second by architecture (<c>x86_64</c>, <c>arm64</c>).</param>
/// <param name="GrainMs">The unit to which durations are rounded up, in ms.</param>
/// <param name="InitBilled">Whether the init phase is billed.</param>
/// <param name="PerGrainDecimals">The number of decimals to which the price per unit is rounded; absent if it is not rounded.</param>
/// <param name="FreeTier">The monthly free tier of every account; absent if there is none.</param>
/// <param name="EphemeralStorage">The price of <c>/tmp</c>; absent if its size cannot be chosen.</param>
/// <param name="SnapStart">The prices of SnapStart; absent if it does not exist.</param>
/// <param name="Fees">The prices of other services' requests, by their names for <c>--fee</c>; absent if there are none.</param>
internal sealed record PriceBook(
    string Name,
    DateOnly Date,
    string Source,
    string Currency,
    double PerRequest,
    IReadOnlyDictionary<string, double> PerGbSecond,
    double GrainMs,
    bool InitBilled,
    int? PerGrainDecimals = null,
    PriceBook.Free? FreeTier = null,
    PriceBook.Storage? EphemeralStorage = null,
    PriceBook.Snapshots? SnapStart = null,
    IReadOnlyDictionary<string, double>? Fees = null)
{
    /// <summary>The monthly free tier.</summary>
    internal sealed record Free(double Requests, double GbSeconds);

    /// <summary>The price of <c>/tmp</c> beyond the included size.</summary>
    internal sealed record Storage(double PerGbSecond, int IncludedMB);

    /// <summary>The prices for keeping and for restoring a snapshot.</summary>
    internal sealed record Snapshots(double CachePerGbSecond, double RestorePerGb);
}

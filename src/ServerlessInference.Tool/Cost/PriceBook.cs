namespace ServerlessInference.Tool.Cost;

/// <summary>What Lambda costs, as of a date. Amounts are in the book's currency; a GB is 1,024 MB, as AWS counts.</summary>
/// <param name="Name">What <c>--book</c> calls it.</param>
/// <param name="Date">The day on which the prices held.</param>
/// <param name="Source">Where they were published, and for which region.</param>
/// <param name="Currency">The currency, such as USD.</param>
/// <param name="PerRequest">The price of an invocation, beside its duration.</param>
/// <param name="PerGbSecond">The price of a GB-second by architecture (<c>x86_64</c>, <c>arm64</c>).</param>
/// <param name="GrainMs">What durations are rounded up to, ms.</param>
/// <param name="InitBilled">Whether the init phase is billed.</param>
/// <param name="PerGrainDecimals">How many decimals the price of a grain is rounded to; absent where it is not.</param>
/// <param name="FreeTier">What every account has free each month; absent where nothing.</param>
/// <param name="EphemeralStorage">The price of <c>/tmp</c>; absent where its size cannot be chosen.</param>
/// <param name="SnapStart">The prices of SnapStart; absent where there is none.</param>
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
    PriceBook.Snapshots? SnapStart = null)
{
    /// <summary>What is free each month.</summary>
    internal sealed record Free(double Requests, double GbSeconds);

    /// <summary>What <c>/tmp</c> costs beyond what is included.</summary>
    internal sealed record Storage(double PerGbSecond, int IncludedMB);

    /// <summary>What keeping a snapshot costs, and restoring one.</summary>
    internal sealed record Snapshots(double CachePerGbSecond, double RestorePerGb);
}

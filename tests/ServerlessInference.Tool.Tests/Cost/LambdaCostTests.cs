using ServerlessInference.Tool.Cost;

namespace ServerlessInference.Tool.Tests.Cost;

public sealed class LambdaCostTests
{
    private static readonly PriceBook Book = PriceBooks.Open("2026");

    private static Workload Plain => new() { MemoryMB = 1024, Architecture = "x86_64", WarmMs = 100 };

    // AWS's pricing page, example 1 of 2019: 512 MB, 3 million requests of one second, with the free tier: $18.34 and $0.40.
    [Fact]
    public void Monthly_ExampleOfThePricingPage_IsItsTotal()
    {
        var cost = new LambdaCost(
            PriceBooks.Open("2019"), new Workload { MemoryMB = 512, Architecture = "x86_64", WarmMs = 1000 }, freeTier: true);

        Assert.Equal(18.74, Math.Round(cost.Monthly(3e6).Total, 2), tolerance: 0.011); // the page does not round prices per 100 ms
        Assert.Equal(1_500_000, cost.Monthly(3e6).GbSeconds);
    }

    [Fact]
    public void Monthly_FreeTier_NeverPaysAnythingBack()
    {
        var month = new LambdaCost(Book, Plain, freeTier: true).Monthly(1000);

        Assert.Equal(0, month.Total, 1e-12);
        Assert.True(month.FreeTier < 0);
    }

    [Theory]
    [InlineData(100, 1, 100)]
    [InlineData(100.2, 1, 101)]
    [InlineData(100.2, 100, 200)]
    [InlineData(0.3, 0.1, 0.3)]
    public void BilledWarmMs_Grain_IsRoundedUpTo(double durationMs, double grainMs, double expected) =>
        Assert.Equal(expected, new LambdaCost(Book, Plain with { WarmMs = durationMs }, grainMs: grainMs).BilledWarmMs, 1e-9);

    [Fact]
    public void Monthly_ColdCalls_AreBilledWithInitOnlyWhereTheBookSaysSo()
    {
        var workload = Plain with { ColdMs = 500, InitMs = 300, ColdShare = 0.1 };

        Assert.Equal(500, new LambdaCost(Book, workload).BilledColdMs);
        Assert.Equal(200, new LambdaCost(PriceBooks.Open("2019"), workload).BilledColdMs);
        Assert.Equal(((900 * 100) + (100 * 500)) / 1000.0, new LambdaCost(Book, workload).Monthly(1000).GbSeconds, 1e-9);
    }

    [Fact]
    public void Monthly_Batches_ShareACall()
    {
        var month = new LambdaCost(Book, Plain with { BatchSize = 10 }).Monthly(1e6);

        Assert.Equal(1e5, month.Invocations);
        Assert.Equal(0.02, month.Requests, 1e-9);
    }

    [Fact]
    public void Monthly_WarmupSchedule_IsPaidForWithoutRequests()
    {
        // 730 hours, every five minutes, two environments.
        var month = new LambdaCost(Book, Plain with { Warmup = new Workload.WarmupSchedule(5, 50, 2) }).Monthly(0);

        Assert.Equal(17_520, month.Invocations);
        Assert.Equal(17_520 * 0.05, month.GbSeconds, 1e-6);
    }

    [Fact]
    public void Monthly_EphemeralStorage_IsPaidAboveWhatIsIncluded()
    {
        var month = new LambdaCost(Book, Plain with { EphemeralStorageMB = 1536 }).Monthly(1e6);

        Assert.Equal(1e5 * 0.0000000309, month.EphemeralStorage, 1e-12);
    }

    [Fact]
    public void Monthly_SnapStart_IsKeptAllMonthAndRestoredForColdCalls()
    {
        var month = new LambdaCost(Book, Plain with { SnapStart = true, ColdShare = 0.5, ColdMs = 200 }).Monthly(1000);

        Assert.Equal((2_628_000 * 0.0000015046) + (500 * 0.0001397998), month.SnapStart, 1e-9);
    }

    [Fact]
    public void Monthly_TheBooksOwnGrainIsGiven_CostsTheSame()
    {
        PriceBook book = PriceBooks.Open("2019");
        Workload workload = Plain with { MemoryMB = 192 };

        Assert.Equal(
            new LambdaCost(book, workload).Monthly(1e6).Total,
            new LambdaCost(book, workload, grainMs: book.GrainMs).Monthly(1e6).Total,
            1e-12);
    }

    [Fact]
    public void PerMillionRequests_LeavesOutWhatDoesNotGrow()
    {
        var extras = Plain with { SnapStart = true, Warmup = new Workload.WarmupSchedule(1, 50, 1) };

        Assert.Equal(new LambdaCost(Book, Plain).PerMillionRequests, new LambdaCost(Book, extras, freeTier: true).PerMillionRequests, 1e-9);
    }

    [Fact]
    public void Arm_CostsAFifthLess()
    {
        double arm64 = new LambdaCost(Book, Plain with { Architecture = "arm64" }).Monthly(1e6).Compute;

        Assert.Equal(0.8, arm64 / new LambdaCost(Book, Plain).Monthly(1e6).Compute, 1e-4);
    }

    [Fact]
    public void Ranges_SeveralHosts_LambdaIsCheaperAgainAfterAStep()
    {
        // A request costs 20 % more than its share of a full host.
        var lambda = new LambdaCost(Book, Plain);
        var perRequest = lambda.PerMillionRequests / 1e6;
        var host = new FixedHost(1_000_000 * perRequest / 1.2, 1_000_000 / LambdaCost.SecondsPerMonth, 1);
        var ranges = BreakEven.RangesWhereLambdaIsCheaper(lambda, host);

        // After the k-th step, there are hosts for k + 1 million requests: up to (k + 1) / 1.2 million requests, Lambda costs less.
        Assert.Equal(5, ranges.Count);
        for (var k = 0; k < ranges.Count; k++)
        {
            Assert.Equal(k * 1e6, ranges[k].From, 1);
            Assert.Equal((k + 1) * 1e6 / 1.2, ranges[k].To!.Value, 1);
        }
    }

    [Fact]
    public void Ranges_LambdaBelowAFullHost_NeverEnd()
    {
        var lambda = new LambdaCost(Book, Plain);
        var host = new FixedHost(lambda.PerMillionRequests * 2, 1e6 / LambdaCost.SecondsPerMonth, 1);
        var range = Assert.Single(BreakEven.RangesWhereLambdaIsCheaper(lambda, host));

        Assert.Null(range.To);
    }
}

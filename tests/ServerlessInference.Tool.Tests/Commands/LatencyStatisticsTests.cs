using ServerlessInference.Tool.Commands;

namespace ServerlessInference.Tool.Tests.Commands;

public sealed class LatencyStatisticsTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.95, 3.85)]
    [InlineData(1, 4)]
    public void Percentile_FourValues_IsInterpolatedLinearly(double share, double expected)
    {
        var statistics = new LatencyStatistics();
        foreach (var milliseconds in new[] { 3, 1, 4, 2 })
        {
            statistics.Add(TimeSpan.FromMilliseconds(milliseconds));
        }

        Assert.Equal(expected, statistics.Percentile(share), 3);
        Assert.Equal(2.5, statistics.Mean);
    }

    [Fact]
    public void Percentile_OneValue_IsThatValue()
    {
        var statistics = new LatencyStatistics();
        statistics.Add(TimeSpan.FromMilliseconds(7));

        Assert.Equal(7, statistics.Percentile(0.95));
    }
}

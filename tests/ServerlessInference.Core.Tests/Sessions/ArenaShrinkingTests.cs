using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Sessions;

public sealed class ArenaShrinkingTests
{
    [Fact]
    public void Count_RunsOfOneSize_NeverShrinks()
    {
        var shrinking = new ArenaShrinking();

        Assert.DoesNotContain(true, Enumerable.Range(0, 100).Select(_ => shrinking.Count(1000)));
    }

    [Fact]
    public void Count_EightSmallRunsAfterALargeOne_ShrinksOnce()
    {
        var shrinking = new ArenaShrinking();
        shrinking.Count(1000);

        Assert.Equal(
            [false, false, false, false, false, false, false, true, false, false],
            Enumerable.Range(0, 10).Select(_ => shrinking.Count(250)));
    }

    [Fact]
    public void Count_LargeRunsInBetween_NeverShrinks()
    {
        var shrinking = new ArenaShrinking();
        shrinking.Count(1000);

        Assert.DoesNotContain(true, Enumerable.Range(0, 100).Select(i => shrinking.Count(i % 8 == 7 ? 1000 : 10)));
    }
}

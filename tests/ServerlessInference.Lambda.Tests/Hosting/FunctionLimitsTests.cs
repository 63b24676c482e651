namespace ServerlessInference.Lambda.Tests.Hosting;

public sealed class FunctionLimitsTests
{
    [Theory]
    [InlineData(128, 32, 1)]
    [InlineData(256, 32, 1)]
    [InlineData(1024, 128, 1)]
    [InlineData(3538, 442, 2)]
    [InlineData(10_240, 1280, 6)]
    public void FromMemory_Sizes_GiveAnEighthAndARunForEachCpu(int memory, int workingMegabytes, int runs)
    {
        Pipelines.WorkLimits? limits = FunctionLimits.FromMemory(memory, processors: 6);

        Assert.Equal(workingMegabytes, limits?.WorkingMemoryBytes >> 20);
        Assert.Equal(runs, limits?.ConcurrentRuns);
    }

    [Fact]
    public void FromMemory_Unknown_IsNoLimit() => Assert.Null(FunctionLimits.FromMemory(0, processors: 6));

    [Theory]
    [InlineData(0, 50)]
    [InlineData(1024, 0)]
    public void TryLimit_NothingToSet_LeavesTheCollectorAlone(int megabytes, int percent) => Assert.False(ManagedMemory.TryLimit(megabytes, percent));

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(90, true)]
    [InlineData(91, false)]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void Validate_ManagedMemoryPercent_HasBounds(int percent, bool valid)
    {
        var failures = new List<string>();

        new InferenceFunctionOptions { ManagedMemoryPercent = percent }.Validate(failures);

        Assert.Equal(valid ? [] : [$"ServerlessInference:Function: ManagedMemoryPercent is {percent}; it must be 0 or between 10 and 90."], failures);
    }

    [Fact]
    public void Options_Defaults_AreThese()
    {
        var options = new InferenceFunctionOptions();

        Assert.Equal(50, options.ManagedMemoryPercent);
        Assert.True(options.EmbeddedMetrics);
    }
}

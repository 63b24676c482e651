using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Sessions;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Invocations;

public sealed class FunctionLimitsTests
{
    [Theory]
    [InlineData(128, 1, 32, 1)]
    [InlineData(256, 1, 32, 1)]
    [InlineData(1024, 1, 128, 1)]
    [InlineData(1024, 64, 64, 1)]
    [InlineData(2048, 64, 256, 1)]
    [InlineData(3538, 1, 442, 2)]
    [InlineData(10_240, 1, 1280, 6)]
    public void FromMemory_Sizes_GivesAnEighthOfTheMemoryAndOneRunPerCpu(int memory, int concurrency, int workingMegabytes, int runs)
    {
        Pipelines.WorkLimits? limits = FunctionLimits.FromMemory(memory, processors: 6, concurrency);

        Assert.Equal(workingMegabytes, limits?.WorkingMemoryBytes >> 20);
        Assert.Equal(runs, limits?.ConcurrentRuns);
    }

    [Theory]
    [InlineData(128, 1, 34)]
    [InlineData(256, 1, 98)]
    [InlineData(512, 1, 226)]
    [InlineData(1769, 1, 854)]
    [InlineData(1024, 64, 104)]
    [InlineData(512, 64, 32)]
    public void FromMemory_Sizes_LeavesOneInputWhatTheHeapHasBesideEvents(int memory, int concurrency, int megabytes) =>
        Assert.Equal(megabytes, FunctionLimits.FromMemory(memory, processors: 6, concurrency)?.MaxInputBytes >> 20);

    [Fact]
    public void FromMemory_UnknownMemory_ReturnsNull() => Assert.Null(FunctionLimits.FromMemory(0, processors: 6, concurrency: 1));

    [Theory]
    [InlineData(0, 50)]
    [InlineData(1024, 0)]
    public void TryLimit_NothingToSet_LeavesTheCollectorAlone(int megabytes, int percent) =>
        Assert.False(ManagedMemory.TryLimit(megabytes, percent));

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

        Assert.Equal(
            valid ? [] : [$"ServerlessInference:Function: ManagedMemoryPercent is {percent}; it must be 0 or between 10 and 90."],
            failures);
    }

    [Fact]
    public void Options_Defaults_AreThese()
    {
        var options = new InferenceFunctionOptions();

        Assert.Equal(50, options.ManagedMemoryPercent);
        Assert.True(options.EmbeddedMetrics);
    }

    [Fact]
    public async Task ProcessLimit_OfAFunction_IsItsMemory()
    {
        await using var function = await InMemoryFunction.StartAsync(
            builder => builder.AddUnloadedModel("m", configure: options => options.Preload = false),
            environment: new LambdaEnvironment { MemorySize = 512 },
            cancellationToken: TestContext.Current.CancellationToken);

        var options = function.Services.GetRequiredService<IOptions<ModelMemoryOptions>>().Value;

        Assert.Equal(512L * 1024 * 1024, options.ProcessLimitBytes);
    }
}

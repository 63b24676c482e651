using System.Diagnostics;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.LocalRuntime;

/// <summary>Runs the real test function as a process.</summary>
public sealed class ExecutionEnvironmentTests : EnvironmentTest
{
    [Fact(Timeout = Limit)]
    public async Task Invoke_Twice_ReusesTheProcess()
    {
        await using var environment = Create();

        var first = await InvokeAsync(environment, "{}");
        var second = await InvokeAsync(environment, "{}");

        Assert.NotNull(first.Start);
        Assert.NotNull(first.Start.Init);
        Assert.True(first.Start.Total > first.Start.Init);
        Assert.True(first.Duration < first.Start.Total);
        Assert.Null(second.Start);
        Assert.Equal(1, Json(first).GetProperty("count").GetInt32());
        Assert.Equal(2, Json(second).GetProperty("count").GetInt32());
        Assert.Equal(Json(first).GetProperty("pid").GetInt32(), Json(second).GetProperty("pid").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_Deadline_IsTheTimeoutAfterTheHandOver()
    {
        await using var environment = Create(settings => settings with { Timeout = TimeSpan.FromSeconds(100) });

        var result = await InvokeAsync(environment, "{}");

        Assert.InRange(Json(result).GetProperty("deadlineInMs").GetInt64(), 60_000, 100_000);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_Hangs_IsKilledAtTheDeadlineAndRestartedWithItsTmp()
    {
        await using var environment = Create(settings => settings with { Timeout = TimeSpan.FromSeconds(5) });
        var before = Json(await InvokeAsync(environment, "{}"));

        var late = await InvokeAsync(environment, """{"do":"hang"}""");
        Assert.False(IsRunning(before.GetProperty("pid").GetInt32()));
        var after = await InvokeAsync(environment, "{}");

        Assert.Equal("Sandbox.Timedout", late.Outcome.Error?.Type);
        Assert.Equal($"RequestId: {late.RequestId} Error: Task timed out after 5.00 seconds", late.Outcome.Error?.Message);
        Assert.Equal("Sandbox.Timedout", Json(late).GetProperty("errorType").GetString());
        Assert.InRange(late.Duration.TotalSeconds, 4.95, 60);
        Assert.NotNull(after.Start);
        Assert.Equal(1, Json(after).GetProperty("count").GetInt32());
        Assert.Equal(2, Json(after).GetProperty("starts").GetInt32()); // counted in a file under /tmp
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_FunctionThrows_KeepsTheProcess()
    {
        await using var environment = Create();

        var failed = await InvokeAsync(environment, """{"do":"throw"}""");
        var next = await InvokeAsync(environment, "{}");

        Assert.Equal(new FunctionError("InvalidInput", "bad input"), failed.Outcome.Error);
        Assert.Equal(2, Json(next).GetProperty("count").GetInt32());
    }

    [Theory(Timeout = Limit)]
    [InlineData(0, "Runtime exited without providing a reason")]
    [InlineData(3, "Runtime exited with error: exit status 3")]
    [InlineData(137, "Runtime exited with error: signal: killed")]
    public async Task Invoke_ProcessExits_IsAnExitErrorAndTheNextRestarts(int code, string expected)
    {
        await using var environment = Create();

        var failed = await InvokeAsync(environment, $$"""{"do":"exit","n":{{code}}}""");
        var next = await InvokeAsync(environment, "{}");

        Assert.Equal("Runtime.ExitError", failed.Outcome.Error?.Type);
        Assert.Equal($"RequestId: {failed.RequestId} Error: {expected}", failed.Outcome.Error?.Message);
        Assert.NotNull(next.Start);
        Assert.Equal(2, Json(next).GetProperty("starts").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_ProcessExitsAfterItsAnswer_TheAnswerCountsAndTheNextRestarts()
    {
        await using var environment = Create();

        var first = await InvokeAsync(environment, """{"do":"exit-after-answer"}""");
        var second = await InvokeAsync(environment, "{}");

        Assert.Null(first.Outcome.Error);
        Assert.Null(second.Outcome.Error);
        Assert.Equal(2, Json(second).GetProperty("starts").GetInt32());
    }

    [Theory(Timeout = Limit)]
    [InlineData(LambdaLimits.MaxResponseBytes, false)]
    [InlineData(LambdaLimits.MaxResponseBytes + 1, true)]
    public async Task Invoke_ResponseAroundSixMegabytes_IsPassedOnOrTooLarge(int length, bool tooLarge)
    {
        await using var environment = Create();

        var result = await InvokeAsync(environment, $$"""{"do":"bytes","n":{{length}}}""");
        var next = await InvokeAsync(environment, "{}");

        Assert.Equal(tooLarge ? "Function.ResponseSizeTooLarge" : null, result.Outcome.Error?.Type);
        if (tooLarge)
        {
            Assert.Equal(
                "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).",
                result.Outcome.Error?.Message);
        }
        else
        {
            Assert.Equal(length, result.Outcome.Payload.Length);
        }

        Assert.Equal(2, Json(next).GetProperty("count").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_EventOverTheLimit_DoesNotReachTheFunction()
    {
        await using var environment = Create();

        var result = await environment.InvokeAsync(new InvocationRequest(new byte[LambdaLimits.MaxRequestBytes + 1]), Cancellation);

        Assert.Equal("RequestEntityTooLargeException", result.Outcome.Error?.Type);
        Assert.Empty(FunctionLog);
    }

    [Fact(Timeout = Limit)]
    public async Task Dispose_RunningFunction_IsGoneWithItsTmp()
    {
        int pid;
        string folder;
        await using (var environment = Create())
        {
            pid = Json(await InvokeAsync(environment, "{}")).GetProperty("pid").GetInt32();
            folder = environment.TemporaryFolder;
            Assert.True(IsRunning(pid));
            Assert.True(Directory.Exists(folder));
        }

        Assert.False(IsRunning(pid));
        Assert.False(Directory.Exists(folder));
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_ProcessExits_ItsDescendantsAreKilled()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descendants of a process that ended are found through /proc, which only Linux has.");
        await using var environment = Create();
        var child = Json(await InvokeAsync(environment, """{"do":"spawn"}""")).GetProperty("child").GetInt32();
        using var process = Process.GetProcessById(child);

        await InvokeAsync(environment, """{"do":"exit","n":1}""");

        await process.WaitForExitAsync(Cancellation);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_MaxConcurrency_RunsThatManyAtATime()
    {
        await using var environment = Create(settings => settings with
        {
            MaxConcurrency = 3,
            Variables = new Dictionary<string, string> { ["AWS_LAMBDA_MAX_CONCURRENCY"] = "3" },
        });

        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => InvokeAsync(environment, """{"do":"meet","n":3}""")));

        Assert.All(results, result => Assert.Null(result.Outcome.Error));
        Assert.Single(results, result => result.Start is not null);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_MaxConcurrencyAndOneHangs_TheOthersContinueInTheSameProcess()
    {
        await using var environment = Create(settings => settings with
        {
            MaxConcurrency = 2,
            Timeout = TimeSpan.FromSeconds(5),
            Variables = new Dictionary<string, string> { ["AWS_LAMBDA_MAX_CONCURRENCY"] = "2" },
        });

        var late = await InvokeAsync(environment, """{"do":"hang"}""");
        var next = await InvokeAsync(environment, "{}");

        Assert.Equal("Sandbox.Timedout", late.Outcome.Error?.Type);
        Assert.Equal(1, Json(next).GetProperty("starts").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_Cancelled_ThrowsAndDisposeStillStopsTheFunction()
    {
        await using var environment = Create();
        var pid = Json(await InvokeAsync(environment, "{}")).GetProperty("pid").GetInt32();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var hanging = environment.InvokeAsync(new InvocationRequest("""{"do":"hang"}"""u8.ToArray()), stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        await environment.DisposeAsync();
        Assert.False(IsRunning(pid));
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.LocalRuntime;

/// <summary>The init phase: errors, its limit, and its repetition within the invocation.</summary>
public sealed class ExecutionEnvironmentInitTests : EnvironmentTest
{
    [Fact(Timeout = Limit)]
    public async Task Invoke_InitError_IsRepeatedOnceAndItsBodyReachesTheCaller()
    {
        await using var environment = Create(settings => settings with { Variables = Init("error") });

        var result = await InvokeAsync(environment, "{}");

        Assert.Equal(new FunctionError("Function.NoModel", "no model"), result.Outcome.Error);
        Assert.Equal("no model", Json(result).GetProperty("errorMessage").GetString());
        Assert.True(result.Start?.InitRepeated);
        Assert.Null(result.Start?.Init);
        Assert.Equal(
            ["function start 1", "function start 2"], FunctionLog.Where(line => line.StartsWith("function", StringComparison.Ordinal)));
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_InitExits_IsAnExitErrorAfterTheRepetition()
    {
        await using var environment = Create(settings => settings with { Variables = Init("exit") });

        var result = await InvokeAsync(environment, "{}");

        Assert.Equal("Runtime.ExitError", result.Outcome.Error?.Type);
        Assert.EndsWith("exit status 7", result.Outcome.Error?.Message, StringComparison.Ordinal);
        Assert.Contains("function start 2", FunctionLog);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_InitExitsOnce_TheRepetitionAnswers()
    {
        await using var environment = Create(settings => settings with { Variables = Init("exit-once") });

        var result = await InvokeAsync(environment, "{}");

        Assert.Null(result.Outcome.Error);
        Assert.True(result.Start?.InitRepeated);
        Assert.Equal(2, Json(result).GetProperty("starts").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_InitOverItsLimit_IsStoppedAndRepeatedUnderTheTimeoutWithItsTmp()
    {
        await using var environment = Create(
            settings => settings with { Variables = Init("hang-once"), InitLimit = TimeSpan.FromSeconds(6) });

        var result = await InvokeAsync(environment, "{}");

        Assert.Null(result.Outcome.Error);
        Assert.True(result.Start?.InitRepeated);
        Assert.Equal(2, Json(result).GetProperty("starts").GetInt32());
        Assert.InRange(result.Start!.Total.TotalSeconds, 5.95, 60);
        Assert.Contains(PlatformLog, line => line.Contains("init phase failed", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_InitNeverEnds_TimesOutWithTheFunctionsTimeout()
    {
        await using var environment = Create(settings => settings with
        {
            Variables = Init("hang"),
            InitLimit = TimeSpan.FromSeconds(0.5),
            Timeout = TimeSpan.FromSeconds(1),
        });

        var result = await InvokeAsync(environment, "{}");

        Assert.Equal("Sandbox.Timedout", result.Outcome.Error?.Type);
        Assert.EndsWith("Task timed out after 1.00 seconds", result.Outcome.Error?.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_ProgramMissing_IsAnInvalidEntrypoint()
    {
        await using var environment = Create(settings => settings with { Command = ["/no/such/program"] });

        var result = await InvokeAsync(environment, "{}");

        Assert.Equal("Runtime.InvalidEntrypoint", result.Outcome.Error?.Type);
    }

    private static Dictionary<string, string> Init(string what) => new() { ["TEST_INIT"] = what };
}

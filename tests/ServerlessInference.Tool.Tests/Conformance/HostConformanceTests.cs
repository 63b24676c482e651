using System.Diagnostics;
using System.Text.Json;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Conformance;

/// <summary>The host against the local Runtime API, whose answers follow AWS's runtime interface emulator.</summary>
public sealed class HostConformanceTests : HostTest
{
    [Fact(Timeout = Limit)]
    public async Task Invoke_Twice_ReusesTheProcess()
    {
        await using ExecutionEnvironment environment = CreateHost();

        InvocationResult first = await InvokeAsync(environment, """{"text":"a"}""");
        InvocationResult second = await InvokeAsync(environment, """{"text":"b"}""");

        Assert.NotNull(first.Start);
        Assert.Null(second.Start);
        Assert.Equal("b", Json(second).GetProperty("text").GetString());
        Assert.Equal(second.RequestId, Json(second).GetProperty("requestId").GetString());
        Assert.Equal(2, Json(second).GetProperty("count").GetInt32());
        Assert.Equal(PidOf(first), PidOf(second));
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_HandlerThrows_TheCallerGetsTheTypeAndTheLogTheDetails()
    {
        await using ExecutionEnvironment environment = CreateHost();

        InvocationResult failed = await InvokeAsync(environment, """{"do":"throw"}""");
        InvocationResult next = await InvokeAsync(environment, "{}");
        await environment.DisposeAsync(); // the log is complete when the process has ended

        Assert.Equal("InvalidOperationException", failed.Outcome.Error?.Type);
        Assert.Equal($"The function failed. Request {failed.RequestId} in its log says why.", failed.Outcome.Error?.Message);
        Assert.Equal(0, Json(failed).GetProperty("stackTrace").GetArrayLength());
        Assert.Contains(FunctionLog, line => line.Contains(failed.RequestId, StringComparison.Ordinal));
        Assert.Contains(FunctionLog, line => line.Contains("a secret of the operator", StringComparison.Ordinal));
        Assert.Equal(2, Json(next).GetProperty("count").GetInt32());
    }

    [Theory(Timeout = Limit)]
    [InlineData("""{"do":"refuse"}""", "The text is too short; send a longer one.")]
    [InlineData(
        "{\"do\":", "The event is not valid JSON: error at line 1, byte 7. More than 512 levels of nesting are an error as well.")]
    [InlineData("""{"number":"many"}""", "The event cannot be read as Command: error at line 1, byte 17 of its JSON.")]
    public async Task Invoke_UnusableEvent_IsAnInvalidInput(string payload, string message)
    {
        await using ExecutionEnvironment environment = CreateHost();

        InvocationResult failed = await InvokeAsync(environment, payload);

        Assert.Equal(new FunctionError("InvalidInputException", message), failed.Outcome.Error);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_HandlerObservesItsToken_AnswersBeforeTheDeadlineAndSurvives()
    {
        await using ExecutionEnvironment environment = CreateHost(
            timeout: TimeSpan.FromSeconds(8), variables: ("ServerlessInference__Function__DeadlineMargin", "00:00:02"));
        InvocationResult first = await InvokeAsync(environment, "{}");

        InvocationResult late = await InvokeAsync(environment, """{"do":"wait"}""");
        InvocationResult next = await InvokeAsync(environment, "{}");

        Assert.Equal("Function.DeadlineExceeded", late.Outcome.Error?.Type);
        Assert.InRange(late.Duration.TotalSeconds, 5.5, 8);
        Assert.Equal(PidOf(first), PidOf(next));
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_HandlerHangs_IsKilledAndRestarted()
    {
        await using ExecutionEnvironment environment = CreateHost(timeout: TimeSpan.FromSeconds(5));
        InvocationResult first = await InvokeAsync(environment, "{}");

        InvocationResult late = await InvokeAsync(environment, """{"do":"hang"}""");
        InvocationResult next = await InvokeAsync(environment, "{}");

        Assert.Equal("Sandbox.Timedout", late.Outcome.Error?.Type);
        Assert.NotNull(next.Start);
        Assert.NotEqual(PidOf(first), PidOf(next));
        Assert.Equal(1, Json(next).GetProperty("count").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_AnswerOverSixMegabytes_IsAClearErrorAndTheProcessLives()
    {
        await using ExecutionEnvironment environment = CreateHost();

        InvocationResult large = await InvokeAsync(environment, """{"do":"bytes","number":6200000}""");
        InvocationResult tooLarge = await InvokeAsync(environment, """{"do":"bytes","number":6300000}""");
        InvocationResult next = await InvokeAsync(environment, "{}");

        Assert.Null(large.Outcome.Error);
        Assert.Equal("Function.ResponseSizeTooLarge", tooLarge.Outcome.Error?.Type);
        Assert.Contains("6,291,556 bytes", tooLarge.Outcome.Error?.Message, StringComparison.Ordinal);
        Assert.Equal(3, Json(next).GetProperty("count").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_SixtyFourAtATime_EachGetsItsOwnAnswer()
    {
        const int Concurrency = 64;
        await using ExecutionEnvironment environment = CreateHost(Concurrency);

        // All handlers must be running at once before any of them answers. Then two more rounds at full speed.
        Task<InvocationResult>[] meeting =
            [.. Enumerable.Range(0, Concurrency).Select(
                i => InvokeAsync(environment, $$"""{"do":"meet","number":{{Concurrency}},"text":"m{{i}}"}"""))];
        await Task.WhenAll(meeting);
        Task<InvocationResult>[] rest =
            [.. Enumerable.Range(0, 2 * Concurrency).Select(i => InvokeAsync(environment, $$"""{"text":"r{{i}}","number":{{i}}}"""))];
        await Task.WhenAll(rest);

        var expected = meeting.Select((task, i) => (task, $"m{i}")).Concat(rest.Select((task, i) => (task, $"r{i}")));
        foreach ((Task<InvocationResult> task, string text) in expected)
        {
            InvocationResult result = await task;
            Assert.Null(result.Outcome.Error);
            Assert.Equal(text, Json(result).GetProperty("text").GetString());
            Assert.Equal(result.RequestId, Json(result).GetProperty("requestId").GetString());
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_WarmUp_AnswersWithoutTheHandler()
    {
        await using ExecutionEnvironment environment = CreateHost(variables: ("TEST_MODEL", ImageModel));

        JsonElement first = Json(await InvokeAsync(environment, """{"warmer":true,"concurrency":2}"""));
        JsonElement second = Json(await InvokeAsync(environment, """{"ping":true}"""));
        JsonElement handled = Json(await InvokeAsync(environment, "{}"));

        Assert.False(first.GetProperty("wasWarm").GetBoolean());
        Assert.True(second.GetProperty("wasWarm").GetBoolean());
        Assert.Equal("images", second.GetProperty("models")[0].GetProperty("name").GetString());
        Assert.Equal(1, handled.GetProperty("count").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_HttpGet_AnswersTheModelsStateAndForm()
    {
        await using ExecutionEnvironment environment = CreateHost(variables: ("TEST_MODEL", ImageModel));

        JsonElement http = Json(
            await InvokeAsync(environment, """{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}"""));

        Assert.Equal(200, http.GetProperty("statusCode").GetInt32());
        JsonElement model = JsonDocument.Parse(http.GetProperty("body").GetString()!).RootElement;
        Assert.Equal(("images", "ready"), (model.GetProperty("name").GetString(), model.GetProperty("state").GetString()));
        Assert.Equal("""["batch",3,64,64]""", model.GetProperty("inputs")[0].GetProperty("shape").GetRawText());
        Assert.Equal("float32", model.GetProperty("outputs")[0].GetProperty("type").GetString());
    }

    [Theory(Timeout = Limit)]
    [InlineData("star-256x256.jpg", "image/png", 200)]
    [InlineData("star-256x256.jpg", "text/plain", 200)]
    [InlineData("../labels.txt", "image/jpeg", 415)]
    public async Task Invoke_HttpPost_TakesTheImagesTypeFromItsContent(string file, string contentType, int status)
    {
        await using ExecutionEnvironment environment = CreateHost(variables: ("TEST_MODEL", ImageModel));
        byte[] payload = ImageEvent(Path.Combine(ImageModel, "samples", file), contentType);

        JsonElement http = Json(await environment.InvokeAsync(new InvocationRequest(payload), Cancellation));

        Assert.Equal(status, http.GetProperty("statusCode").GetInt32());
    }

    [Theory(Timeout = Limit)]
    [InlineData(512, null, 256)]
    [InlineData(1024, "25", 256)]
    public async Task Start_FunctionWithAModel_LeavesItsPartOfTheMemoryToTheRuntime(int memory, string? percent, int expected)
    {
        await using ExecutionEnvironment environment = CreateHost(
            memory: memory,
            variables: percent is null
                ? [("TEST_MODEL", ImageModel)]
                : [("TEST_MODEL", ImageModel), ("ServerlessInference__Function__ManagedMemoryPercent", percent)]);

        JsonElement answer = Json(await InvokeAsync(environment, """{"do":"heap"}"""));

        Assert.InRange(answer.GetProperty("number").GetInt32(), expected - 1, expected);
    }

    [Fact(Timeout = Limit)]
    public async Task Start_MissingModel_IsAnInitErrorThatNamesIt()
    {
        await using ExecutionEnvironment environment = CreateHost(variables: ("TEST_MODEL", "/nowhere/model"));

        InvocationResult failed = await InvokeAsync(environment, "{}");

        Assert.Equal("ModelLoadException", failed.Outcome.Error?.Type);
        Assert.Contains("/nowhere/model", failed.Outcome.Error?.Message, StringComparison.Ordinal);

        // Lambda starts it twice. Each time the log has one record of the model and one of the function, and nothing else: neither
        // stacks nor a crash.
        Assert.Equal(
            [
                "ERROR\tServerlessInference.Sessions.ModelLoader",
                "FATAL\tServerlessInference.Lambda",
                "ERROR\tServerlessInference.Sessions.ModelLoader",
                "FATAL\tServerlessInference.Lambda",
            ],
            FunctionLog
                .Where(line => line.Contains('\t', StringComparison.Ordinal))
                .Select(line => string.Join('\t', line.Split('\t')[2..4])));
        Assert.All(FunctionLog, line => Assert.DoesNotContain("   at ", line, StringComparison.Ordinal));
        Assert.All(FunctionLog, line => Assert.DoesNotContain("Unhandled exception", line, StringComparison.Ordinal));
        Assert.All(FunctionLog, line => Assert.DoesNotContain("initialization", line, StringComparison.Ordinal));
        Assert.Equal(
            4,
            FunctionLog.Count(
                line => line.Contains("ModelLoadException: file:/nowhere/model does not exist. Check the path", StringComparison.Ordinal)));
    }

    [Fact(Timeout = Limit)]
    public async Task Start_ExceptionInTheProgram_IsAnInitErrorAndOneRecord()
    {
        await using ExecutionEnvironment environment = CreateHost(variables: ("TEST_REQUIRED", "RESULTS_BUCKET"));

        InvocationResult failed = await InvokeAsync(environment, "{}");

        Assert.Equal("InvalidOperationException", failed.Outcome.Error?.Type);
        Assert.Contains(FunctionLog, line => line.Contains("RESULTS_BUCKET is not set", StringComparison.Ordinal));
        Assert.All(FunctionLog, line => Assert.DoesNotContain("Unhandled exception", line, StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Start_FunctionThatCannotBeInitialised_EndsItsProcessWithAnExitStatus()
    {
        await using var api = await RuntimeApiFixture.StartAsync();
        using var process = Process.Start(new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AWS_LAMBDA_RUNTIME_API"] = api.Function.BaseAddress!.Authority, ["TEST_MODEL"] = "/nowhere/model" },
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancellation);

        string error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal((1, string.Empty), (process.ExitCode, error));
        Assert.Contains("The function cannot be initialised", await output, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_JsonLogs_CarryLevelAndRequest()
    {
        await using ExecutionEnvironment environment = CreateHost(
            variables: [("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", "WARN")]);

        InvocationResult failed = await InvokeAsync(environment, """{"do":"throw"}""");
        await environment.DisposeAsync(); // the log is complete when the process has ended

        JsonElement record = JsonDocument.Parse(Assert.Single(FunctionLog)).RootElement;
        Assert.Equal("ERROR", record.GetProperty("level").GetString());
        Assert.Equal(failed.RequestId, record.GetProperty("requestId").GetString());
        Assert.Equal("InvalidOperationException", record.GetProperty("errorType").GetString());
        Assert.Contains("   at Program", record.GetProperty("stackTrace").GetString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Terminate_WhileAnswering_FinishesTheAnswer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signal is sent with kill.");
        await using ExecutionEnvironment environment = CreateHost();
        int pid = PidOf(await InvokeAsync(environment, "{}"));
        Task<InvocationResult> answering = InvokeAsync(environment, """{"do":"terminated","text":"done"}""");
        await Eventually.HoldsAsync(() => FunctionLog.Contains("waiting for the signal"));

        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {pid}"]))
        {
            await kill.WaitForExitAsync(Cancellation);
        }

        InvocationResult result = await answering;
        Assert.Null(result.Outcome.Error);
        Assert.Equal("done", Json(result).GetProperty("text").GetString());
        Assert.Equal(pid, PidOf(result));
    }
}

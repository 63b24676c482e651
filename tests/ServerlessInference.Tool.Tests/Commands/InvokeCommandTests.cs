using System.Text.Json;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

public sealed class InvokeCommandTests
{
    private const int Limit = 120_000;

    [Fact(Timeout = Limit)]
    public async Task Invoke_OneEvent_WritesResponseAndStatistics()
    {
        using var input = new EventFile("""{"hello":"world"}""");

        var run = await ToolRun.RunAsync("invoke", "--event", input.Path, "--", TestFunction.Program);

        Assert.Equal(0, run.ExitCode);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("invoke", document);
        Assert.Equal("world", document.GetProperty("response").GetProperty("event").GetProperty("hello").GetString());
        Assert.Equal(1, document.GetProperty("init").GetProperty("n").GetInt32());
        Assert.Equal(1, document.GetProperty("cold").GetProperty("n").GetInt32());
        Assert.False(document.TryGetProperty("warm", out _));
        Assert.True(
            document.GetProperty("cold").GetProperty("p50").GetDouble() > document.GetProperty("init").GetProperty("p50").GetDouble());
        Assert.Contains("function start 1", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_EventFileWithAByteOrderMark_IsSentWithoutIt()
    {
        using var input = new EventFile("\uFEFF{\"hello\":\"world\"}");

        var run = await ToolRun.RunAsync("invoke", "--event", input.Path, "--", TestFunction.Program);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            "world", Assert.Single(run.Documents).GetProperty("response").GetProperty("event").GetProperty("hello").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_PeakMemory_IsMeasuredOnLinux()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Peak memory is read from /proc, which only Linux has.");
        using var input = new EventFile("{}");

        var run = await ToolRun.RunAsync("invoke", "--event", input.Path, "--", TestFunction.Program);

        Assert.InRange(run.Documents[0].GetProperty("peakMemoryMB").GetDouble(), 5, 1000);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_ColdAndWarm_CountsEveryStartAndRepetition()
    {
        using var input = new EventFile("{}");

        var run = await ToolRun.RunAsync("invoke", "-e", input.Path, "--cold", "2", "--warm", "3", "-q", "--", TestFunction.Program);

        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("invoke", document);
        Assert.Equal(2, document.GetProperty("cold").GetProperty("n").GetInt32());
        Assert.Equal(6, document.GetProperty("warm").GetProperty("n").GetInt32());
        Assert.Equal("", run.Error);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_SeveralEvents_GoToTheSameProcessInOrder()
    {
        using var first = new EventFile("""{"number":1}""");
        using var second = new EventFile("""{"number":2}""");

        var run = await ToolRun.RunAsync("invoke", "-e", first.Path, "-e", second.Path, "-e", first.Path, "--", TestFunction.Program);

        Assert.Equal(3, run.Documents.Count);
        Assert.Equal([1, 2, 3], run.Documents.Select(document => document.GetProperty("response").GetProperty("count").GetInt32()));
        Assert.Equal(
            [1, 2, 1],
            run.Documents.Select(document => document.GetProperty("response").GetProperty("event").GetProperty("number").GetInt32()));
        Assert.Single(run.Documents.Select(document => document.GetProperty("response").GetProperty("pid").GetInt32()).Distinct());
        Assert.Equal([true, false, false], run.Documents.Select(document => document.TryGetProperty("cold", out _)));
        Assert.Equal([false, true, true], run.Documents.Select(document => document.TryGetProperty("warm", out _)));
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_SeveralMemorySizes_WritesOneDocumentEachAndTellsTheFunction()
    {
        using var input = new EventFile("{}");

        var run = await ToolRun.RunAsync("invoke", "-e", input.Path, "--memory", "1769,3538", "--", TestFunction.Program);

        Assert.Equal([1769, 3538], run.Documents.Select(document => document.GetProperty("memory").GetInt32()));
        Assert.Equal([1.0, 2.0], run.Documents.Select(document => document.GetProperty("cpuShare").GetDouble()));
        Assert.Equal(["1769", "3538"], run.Documents.Select(document => Variable(document, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE")));
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_EventOnStandardInput_IsRead()
    {
        var run = await ToolRun.RunAsync("""{"from":"stdin"}""", ["invoke", "--event", "-", "--", TestFunction.Program]);

        Assert.Equal("stdin", run.Documents[0].GetProperty("response").GetProperty("event").GetProperty("from").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_Environment_IsLambdas()
    {
        using var input = new EventFile("{}");
        var taskRoot = Path.GetDirectoryName(TestFunction.Program)!;

        var run = await ToolRun.RunAsync(
            "invoke", "-e", input.Path, "--env", "TEST_VALUE=a=b", "--function-name", "my-function", "--task-root", taskRoot,
            "--client-context", """{"custom":{}}""", "--timeout", "17", "--", TestFunction.Program);

        var document = Assert.Single(run.Documents);
        var response = document.GetProperty("response");
        Assert.Equal("a=b", Variable(document, "TEST_VALUE"));
        Assert.Equal("my-function", Variable(document, "AWS_LAMBDA_FUNCTION_NAME"));
        Assert.Equal("$LATEST", Variable(document, "AWS_LAMBDA_FUNCTION_VERSION"));
        Assert.Equal("on-demand", Variable(document, "AWS_LAMBDA_INITIALIZATION_TYPE"));
        Assert.Equal("/aws/lambda/my-function", Variable(document, "AWS_LAMBDA_LOG_GROUP_NAME"));
        Assert.Equal("bootstrap", Variable(document, "_HANDLER"));
        Assert.Equal(taskRoot, Variable(document, "LAMBDA_TASK_ROOT"));
        Assert.Equal(":UTC", Variable(document, "TZ"));
        Assert.EndsWith(":function:my-function", response.GetProperty("arn").GetString(), StringComparison.Ordinal);
        Assert.Matches("^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$", response.GetProperty("traceId").GetString()!);
        Assert.Equal("""{"custom":{}}""", response.GetProperty("clientContext").GetString());
        Assert.InRange(response.GetProperty("deadlineInMs").GetInt64(), 1_000, 17_000);
        Assert.False(Directory.Exists(Variable(document, "TMPDIR")), "The function's /tmp is removed at the end.");
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_ClientContextIsNotJson_IsWrongUsage()
    {
        using var input = new EventFile("{}");

        var run = await ToolRun.RunAsync("invoke", "-e", input.Path, "--client-context", "custom", "--", TestFunction.Program);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--client-context is not valid JSON", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_FunctionThrows_ExitsWithOneAndShowsWhatTheCallerGets()
    {
        using var input = new EventFile("""{"do":"throw"}""");

        var run = await ToolRun.RunAsync("invoke", "-e", input.Path, "--", TestFunction.Program);

        Assert.Equal(1, run.ExitCode);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("invoke", document);
        Assert.Equal("InvalidInput", document.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("bad input", document.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("bad input", document.GetProperty("response").GetProperty("errorMessage").GetString());
        Assert.Equal(1, document.GetProperty("failed").GetInt32());
    }

    [Theory(Timeout = Limit)]
    [InlineData("no json", "InvalidRequestContentException")]
    [InlineData(null, "EventNotReadable")]
    public async Task Invoke_BadEvent_ExitsWithOneAndRunsTheOthers(string? content, string errorType)
    {
        using var bad = new EventFile(content ?? "");
        using var good = new EventFile("{}");
        var path = content is null ? bad.Path + ".missing" : bad.Path;

        var run = await ToolRun.RunAsync("invoke", "-e", path, "-e", good.Path, "--", TestFunction.Program);

        Assert.Equal(1, run.ExitCode);
        Assert.All(run.Documents, document => CliDocs.AssertFits("invoke", document));
        Assert.Equal(errorType, run.Documents[0].GetProperty("error").GetProperty("type").GetString());
        Assert.False(run.Documents[1].TryGetProperty("error", out _));
    }

    [Theory(Timeout = Limit)]
    [InlineData("""{"do":"raw","body":"plain text"}""", "plain text")]
    [InlineData("""{"do":"raw","body":"{\n  \"a\": 1\n}"}""", """{"a":1}""")]
    public async Task Invoke_Response_StaysOnOneLine(string input, string expected)
    {
        var run = await ToolRun.RunAsync(input, ["invoke", "-e", "-", "--", TestFunction.Program]);

        var response = Assert.Single(run.Documents).GetProperty("response");
        Assert.Equal(expected, response.ValueKind == JsonValueKind.String ? response.GetString() : response.GetRawText());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_Table_ShowsColumns()
    {
        using var input = new EventFile("{}");

        var run = await ToolRun.RunAsync("invoke", "-e", input.Path, "--format", "table", "--", TestFunction.Program);

        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("EVENT", lines[0], StringComparison.Ordinal);
        Assert.Contains("1769", lines[1], StringComparison.Ordinal);
    }

    private static string? Variable(JsonElement document, string name) =>
        document.GetProperty("response").GetProperty("environment").GetProperty(name).GetString();
}

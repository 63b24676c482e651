using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Logging;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Logging;

public sealed class LogSinkTests : IDisposable
{
    private readonly MemoryStream _output = new();
    private readonly InvocationScope _scope = new(concurrent: false);

    [Fact]
    public void Log_Text_IsOneLineWithTimeRequestAndLevel()
    {
        _scope.RequestId = "r-1";

        Log(Create(json: false), LogLevel.Warning, "two\nlines");

        Assert.Equal("2026-01-01T00:00:00.000Z\tr-1\tWARN\tCategory\ttwo\rlines\n", Output);
    }

    [Fact]
    public void Log_TextWithControlCharacters_EscapesThem()
    {
        Log(Create(json: false), LogLevel.Warning, "a\u001b[31mb\0c\u0085d\u2028e\tf", new FormatException("\u0007g"));

        Assert.StartsWith(
            @"2026-01-01T00:00:00.000Z	-	WARN	Category	a\u001b[31mb\u0000c\u0085d\u2028e	f", Output, StringComparison.Ordinal);
        Assert.Contains(@"FormatException: \u0007g", Output, StringComparison.Ordinal);
        Assert.Equal(1, Output.Count(character => character == '\n'));
    }

    [Fact]
    public void Log_Json_IsAnObject()
    {
        _scope.RequestId = "r-1";

        Log(Create(json: true), LogLevel.Error, "It failed", new FormatException("bad \"thing\""));

        JsonElement record = JsonDocument.Parse(Output).RootElement;
        Assert.Equal("2026-01-01T00:00:00.000Z", record.GetProperty("timestamp").GetString());
        Assert.Equal("ERROR", record.GetProperty("level").GetString());
        Assert.Equal("r-1", record.GetProperty("requestId").GetString());
        Assert.Equal("Category", record.GetProperty("category").GetString());
        Assert.Equal("It failed", record.GetProperty("message").GetString());
        Assert.Equal("FormatException", record.GetProperty("errorType").GetString());
        Assert.Equal("bad \"thing\"", record.GetProperty("errorMessage").GetString());
        Assert.EndsWith("}\n", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Log_ModelThatCannotBeLoaded_ShowsAStackOnlyForWhatIsBehindIt(bool json)
    {
        LambdaLogger logger = Create(json);
        ModelLoadException plain = Thrown(new ModelLoadException("There is no such file.", Thrown(new ModelLoadException("Gone."))));
        ModelLoadException caused = Thrown(new ModelLoadException("It cannot be read.", Thrown(new FormatException("byte 7"))));

        Log(logger, LogLevel.Error, "Model", plain);
        Assert.Contains("ModelLoadException", Output, StringComparison.Ordinal);
        Assert.Contains("There is no such file.", Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Output, StringComparison.Ordinal);
        Log(logger, LogLevel.Error, "Model", caused);
        Log(logger, LogLevel.Critical, "Function", caused);

        Assert.Equal(1, Occurrences("FormatException: byte 7"));
        Assert.Contains("   at ", Output, StringComparison.Ordinal);
        Assert.Equal(json ? 3 : 2, Occurrences("It cannot be read."));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Log_ModelThatCannotBeLoadedWhileDebugging_ShowsEveryStack(bool json)
    {
        Log(Create(json, "DEBUG"), LogLevel.Error, "Model", Thrown(new ModelLoadException("There is no such file.")));

        Assert.Contains("   at ", Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_ExceptionOfTheApplication_ShowsItsStackEveryTime()
    {
        LambdaLogger logger = Create(json: false);
        FormatException exception = Thrown(new FormatException("byte 7"));

        Log(logger, LogLevel.Error, "It failed", exception);
        Log(logger, LogLevel.Error, "It failed", exception);

        Assert.Equal(2, Occurrences("   at "));
    }

    [Theory]
    [InlineData(null, LogLevel.Information)]
    [InlineData("nonsense", LogLevel.Information)]
    [InlineData("trace", LogLevel.Trace)]
    [InlineData("DEBUG", LogLevel.Debug)]
    [InlineData("WARN", LogLevel.Warning)]
    [InlineData("ERROR", LogLevel.Error)]
    [InlineData("FATAL", LogLevel.Critical)]
    public void Minimum_LogLevelOfLambda_IsTheLeastLevel(string? level, LogLevel expected)
    {
        LambdaLogger logger = Create(json: false, level);

        Assert.True(logger.IsEnabled(expected));
        Assert.Equal(expected == LogLevel.Trace, logger.IsEnabled(LogLevel.Trace));
        Assert.False(logger.IsEnabled(LogLevel.None));
    }

    [Fact]
    public async Task RequestId_Concurrent_FollowsTheFlow()
    {
        var scope = new InvocationScope(concurrent: true);
        async Task<string> FlowAsync(string id)
        {
            scope.RequestId = id;
            await Task.Yield();
            return scope.RequestId!;
        }

        string[] ids = await Task.WhenAll(FlowAsync("a"), FlowAsync("b"));

        Assert.Equal(["a", "b"], ids);
        Assert.Null(scope.RequestId);
    }

    [Fact]
    public async Task Logging_ProvidersOfTheApplication_GetRecordsToo()
    {
        var seen = new List<string>();
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.LogOutput = () => _output;
            builder.Logging.AddProvider(new ListProvider(seen));
            builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (_, _, _) => throw new FormatException("x"));
        }, cancellationToken: TestContext.Current.CancellationToken);

        await function.InvokeAsync("""{"Text":"x"}""", TestContext.Current.CancellationToken);

        Assert.Single(seen);
        Assert.Contains("FormatException", Output, StringComparison.Ordinal);
    }

    public void Dispose() => _output.Dispose();

    private static void Log(LambdaLogger logger, LogLevel level, string message, Exception? exception = null) =>
        logger.Log(level, default, message, exception, (text, _) => text);

    private static T Thrown<T>(T exception)
        where T : Exception
    {
        try
        {
            throw exception;
        }
        catch (T)
        {
            return exception;
        }
    }

    private int Occurrences(string text) => Output.Split(text).Length - 1;

    private string Output => Encoding.UTF8.GetString(_output.ToArray());

    private LambdaLogger Create(bool json, string? level = null)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return new LambdaLogger("Category", new LogSink(json, level, _scope, clock, () => _output));
    }

    private sealed class ListProvider(List<string> seen) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            seen.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}

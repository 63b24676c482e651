using Microsoft.Extensions.Logging;

namespace ServerlessInference.Tool.Output;

/// <summary>Writes the library's warnings to standard error, one per line. Errors are left out, since a document reports them.</summary>
internal sealed class ConsoleLoggerProvider(ToolConsole console) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new ConsoleLogger(console);

    public void Dispose()
    {
    }

    private sealed class ConsoleLogger(ToolConsole console) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // An input that causes an error fails, and its document contains the reason.
        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                console.Error.WriteLine($"{logLevel.ToString().ToLowerInvariant()}: {formatter(state, exception)}");
            }
        }
    }
}

using Microsoft.Extensions.Logging;

namespace ServerlessInference.Tool.Output;

/// <summary>Writes what the library logs to standard error, a line each. Failures that a document tells are not told twice.</summary>
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

        // An error ends the input, whose document then says why.
        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                console.Error.WriteLine($"{logLevel.ToString().ToLowerInvariant()}: {formatter(state, exception)}");
            }
        }
    }
}

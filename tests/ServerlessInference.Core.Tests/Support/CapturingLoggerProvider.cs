using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Tests.Support;

/// <summary>Keeps what is logged.</summary>
internal sealed class CapturingLoggerProvider : ILoggerFactory, ILogger
{
    public ConcurrentQueue<LogRecord> Records { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Records.Enqueue(new LogRecord(logLevel, eventId.Id, formatter(state, exception), exception));

    public void Dispose()
    {
    }

    public sealed record LogRecord(LogLevel Level, int Id, string Text, Exception? Exception);
}

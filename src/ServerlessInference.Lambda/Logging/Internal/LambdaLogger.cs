using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda.Logging;

/// <summary>A logger of one category that writes to the <see cref="LogSink"/>.</summary>
internal sealed class LambdaLogger(string category, LogSink sink) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= sink.Minimum && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            sink.Write(logLevel, category, formatter(state, exception), exception);
        }
    }
}

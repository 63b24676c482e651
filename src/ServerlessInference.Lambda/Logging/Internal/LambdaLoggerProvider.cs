using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda.Logging;

/// <summary>
/// Creates loggers that write to the <see cref="LogSink"/>. Where the application configures logging, this is one provider among others;
/// where it does not, this is the whole factory, because a factory with filters and options costs several milliseconds of a cold start.
/// </summary>
internal sealed class LambdaLoggerProvider(LogSink sink) : ILoggerProvider, ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new LambdaLogger(categoryName, sink);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException(
        "Logging providers cannot be added once the function is built. Add them through the builder's Logging.");

    public void Dispose()
    {
    }
}

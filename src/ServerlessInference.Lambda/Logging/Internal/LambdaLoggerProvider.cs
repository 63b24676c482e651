using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>
/// Gives loggers that write as Lambda's log settings say. A provider among others where the application configures logging, and the
/// whole factory where it does not: a factory with filters and options costs several milliseconds of a cold start.
/// </summary>
internal sealed class LambdaLoggerProvider(LogSink sink) : ILoggerProvider, ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new LambdaLogger(categoryName, sink);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException(
        "This function's logging takes no further providers once it is built. Add them through the builder's Logging.");

    public void Dispose()
    {
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>Gives the application's logging configuration access to the function's services.</summary>
internal sealed class FunctionLoggingBuilder(IServiceCollection services) : ILoggingBuilder
{
    public IServiceCollection Services => services;
}

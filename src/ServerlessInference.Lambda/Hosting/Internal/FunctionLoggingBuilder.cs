using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>Where providers and filters are added to.</summary>
internal sealed class FunctionLoggingBuilder(IServiceCollection services) : ILoggingBuilder
{
    public IServiceCollection Services => services;
}

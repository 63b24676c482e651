using Microsoft.Extensions.Options;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <summary>Says that a process may take what the function's memory is set to.</summary>
internal sealed class FunctionMemoryLimit(LambdaEnvironment environment) : IPostConfigureOptions<ModelMemoryOptions>
{
    public void PostConfigure(string? name, ModelMemoryOptions options)
    {
        if (environment.MemorySize > 0)
        {
            options.ProcessLimitBytes ??= environment.MemorySize * 1024L * 1024;
        }
    }
}

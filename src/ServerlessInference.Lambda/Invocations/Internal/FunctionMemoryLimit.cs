using Microsoft.Extensions.Options;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>Sets the process's memory limit to the function's configured memory, unless the application has set a limit.</summary>
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

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;

namespace ServerlessInference.Models;

/// <summary>Checks what spans several settings, or what no attribute can say.</summary>
internal sealed class ModelOptionsRules(IServiceProvider services) : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        var failures = new List<string>();
        if (options.LoadTimeout <= TimeSpan.Zero || options.LoadTimeout > TimeSpan.FromDays(1))
        {
            failures.Add($"Model '{name}': LoadTimeout is {options.LoadTimeout}; it must be above zero and at most one day.");
        }

        if (options.CheckInterval is { } interval && (interval <= TimeSpan.Zero || interval > TimeSpan.FromDays(30)))
        {
            failures.Add($"Model '{name}': CheckInterval is {interval}; it must be above zero and at most 30 days.");
        }

        if (options.ReplacementWait < TimeSpan.Zero || options.ReplacementWait > TimeSpan.FromMinutes(1))
        {
            failures.Add($"Model '{name}': ReplacementWait is {options.ReplacementWait}; it must be zero or more and at most one minute.");
        }

        if (options.MemoryBytes is <= 0)
        {
            failures.Add($"Model '{name}': MemoryBytes is {options.MemoryBytes}; it must be above zero.");
        }

        if (!Enum.IsDefined(options.Replacement))
        {
            failures.Add($"Model '{name}': Replacement is {(int)options.Replacement}; it must be one of {string.Join(", ", Enum.GetNames<ModelReplacement>())}.");
        }

        bool fromCode = services.GetKeyedServices<ModelSourceRegistration>(name).Any();
        if (!fromCode && options.Sources.Count == 0)
        {
            failures.Add(
                $"Model '{name}' has no source. Name one in code (FromLayer, FromFileSystem, From…) or in configuration (ServerlessInference:Models:{name}:Sources:0:Uri).");
        }

        for (int i = 0; i < options.Sources.Count; i++)
        {
            ModelSourceOptions source = options.Sources[i];
            if (source.Deadline is { } deadline && deadline <= TimeSpan.Zero)
            {
                failures.Add($"Model '{name}': the deadline of source {i} is {deadline}; it must be above zero.");
            }
        }

        foreach (PipelineStage stage in services.GetKeyedServices<PipelineStage>(name))
        {
            if (!services.GetServices<ModelRegistration>().Any(model => model.Name == stage.Model))
            {
                failures.Add($"Model '{name}' runs after '{stage.Model}', which is not registered. Add that model, or correct its name in After.");
            }
        }

        if (!Enum.IsDefined(options.GraphOptimization))
        {
            failures.Add($"Model '{name}': GraphOptimization is {(int)options.GraphOptimization}; it must be one of {string.Join(", ", Enum.GetNames<Microsoft.ML.OnnxRuntime.GraphOptimizationLevel>())}.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}

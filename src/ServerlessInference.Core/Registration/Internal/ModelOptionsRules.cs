using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;

namespace ServerlessInference.Registration;

/// <summary>Validates what involves several settings, or what an attribute cannot express.</summary>
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


        bool fromCode = services.GetKeyedServices<ModelSourceRegistration>(name).Any();
        if (!fromCode && options.Sources.Count == 0)
        {
            failures.Add(
                $"Model '{name}' has no source. Add one in code (FromLayer, FromFileSystem, From…) or in configuration " +
                $"(ServerlessInference:Models:{name}:Sources:0:Uri).");
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
                failures.Add(
                    $"Model '{name}' runs after '{stage.Model}', which is not registered. Add that model, or correct its name in After.");
            }
        }

        CheckEnum(name, nameof(options.Replacement), options.Replacement, failures);
        CheckEnum(name, nameof(options.GraphOptimization), options.GraphOptimization, failures);
        CheckEnum(name, nameof(options.Prepared), options.Prepared, failures);
        CheckEnum(name, nameof(options.Loading), options.Loading, failures);
        CheckEnum(name, nameof(options.Arena), options.Arena, failures);
        foreach ((string axis, int length) in options.WarmupAxes)
        {
            if (length < 1)
            {
                failures.Add($"Model '{name}': the length of the axis '{axis}' in WarmupAxes is {length}; it must be at least 1.");
            }
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static void CheckEnum<T>(string? name, string option, T value, List<string> failures)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            failures.Add($"Model '{name}': {option} is {value:D}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }
}

using Microsoft.Extensions.Options;

namespace ServerlessInference.Sessions;

/// <summary>Validates the memory settings.</summary>
internal sealed class ModelMemoryOptionsValidator : IValidateOptions<ModelMemoryOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelMemoryOptions options)
    {
        var failures = new List<string>();
        if (options.BudgetBytes is <= 0)
        {
            failures.Add($"ServerlessInference:Memory:BudgetBytes is {options.BudgetBytes}; it must be above zero.");
        }

        if (options.ProcessLimitBytes is <= 0)
        {
            failures.Add($"ServerlessInference:Memory:ProcessLimitBytes is {options.ProcessLimitBytes}; it must be above zero.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}

using Microsoft.Extensions.Options;

namespace ServerlessInference.Packages;

/// <summary>Validates the settings.</summary>
internal sealed class SplitPackageOptionsValidator : IValidateOptions<SplitPackageOptions>
{
    public ValidateOptionsResult Validate(string? name, SplitPackageOptions options) => options.Parallelism is >= 1 and <= 16
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{SplitPackageOptions.Section}:Parallelism is {options.Parallelism}; it must be 1 to 16.");
}

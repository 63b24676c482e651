using Microsoft.Extensions.Options;

namespace ServerlessInference.Models.Store;

/// <summary>Validates the options of the store.</summary>
internal sealed class ModelStoreOptionsValidator : IValidateOptions<ModelStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelStoreOptions options)
    {
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Root))
        {
            failures.Add("ServerlessInference:Store:Root is empty. Set it to a directory such as /tmp/serverless-inference.");
        }

        if (options.MaxBytes is <= 0)
        {
            failures.Add($"ServerlessInference:Store:MaxBytes is {options.MaxBytes}; it must be above zero.");
        }

        if (options.StagingLifetime < TimeSpan.Zero)
        {
            failures.Add($"ServerlessInference:Store:StagingLifetime is {options.StagingLifetime}; it must be zero or more.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}

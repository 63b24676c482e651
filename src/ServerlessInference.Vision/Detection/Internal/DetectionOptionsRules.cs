using Microsoft.Extensions.Options;

namespace ServerlessInference.Vision.Detection;

/// <summary>Validates settings that depend on each other.</summary>
internal sealed class DetectionOptionsRules : IValidateOptions<DetectionOptions>
{
    public ValidateOptionsResult Validate(string? name, DetectionOptions options)
    {
        List<string> failures = [];
        if (!Enum.IsDefined(options.Head))
        {
            failures.Add(
                $"{nameof(options.Head)} is {options.Head}; it must be one of: {string.Join(", ", Enum.GetNames<DetectionHead>())}.");
        }

        if (options.RectangularInput && options.Preprocessing is not null)
        {
            failures.Add(
                $"{nameof(options.RectangularInput)} and {nameof(options.Preprocessing)} are both set. " +
                $"Set {nameof(options.Preprocessing)}.{nameof(options.Preprocessing.LetterboxStride)} to the stride of the model " +
                $"instead of {nameof(options.RectangularInput)}.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}

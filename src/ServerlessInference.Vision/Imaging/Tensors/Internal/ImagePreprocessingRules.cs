using Microsoft.Extensions.Options;

namespace ServerlessInference.Vision.Imaging.Tensors.Internal;

/// <summary>Checks <see cref="ImagePreprocessingOptions"/> as a whole and reports every failure at once.</summary>
internal sealed class ImagePreprocessingRules : IValidateOptions<ImagePreprocessingOptions>
{
    private const int MaxSide = 65_535;

    public ValidateOptionsResult Validate(string? name, ImagePreprocessingOptions options)
    {
        List<string> failures = [];
        foreach ((string property, int value, int least) in (ReadOnlySpan<(string, int, int)>)
        [
            (nameof(options.Width), options.Width, 0),
            (nameof(options.Height), options.Height, 0),
            (nameof(options.ShorterSide), options.ShorterSide, 1),
            (nameof(options.ResizeWidth), options.ResizeWidth, 0),
            (nameof(options.ResizeHeight), options.ResizeHeight, 0),
            (nameof(options.LetterboxStride), options.LetterboxStride, 0),
        ])
        {
            if (value < least || value > MaxSide)
            {
                failures.Add($"{property} is {value}; it must be {least} to {MaxSide}.");
            }
        }

        if ((options.Width == 0) != (options.Height == 0))
        {
            failures.Add($"Width is {options.Width} and Height {options.Height}; set both, or neither.");
        }

        if (options.Width == 0 && options.Mode is ImageResizeMode.Exact or ImageResizeMode.Letterbox)
        {
            failures.Add($"Mode {options.Mode} needs Width and Height; they are 0.");
        }

        CheckEnum(failures, nameof(options.Mode), options.Mode);
        CheckEnum(failures, nameof(options.Filter), options.Filter);
        CheckEnum(failures, nameof(options.CropRounding), options.CropRounding);
        CheckEnum(failures, nameof(options.LetterboxStyle), options.LetterboxStyle);
        CheckEnum(failures, nameof(options.ChannelOrder), options.ChannelOrder);
        CheckEnum(failures, nameof(options.Layout), options.Layout);
        CheckEnum(failures, nameof(options.ElementType), options.ElementType);
        if (!(options.Scale > 0 && double.IsFinite(options.Scale)))
        {
            failures.Add($"Scale is {options.Scale}; it must be above 0.");
        }

        CheckChannels(failures, nameof(options.Mean), options.Mean, zeroAllowed: true);
        CheckChannels(failures, nameof(options.StandardDeviation), options.StandardDeviation, zeroAllowed: false);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Throws where the options are wrong.</summary>
    public void ThrowIfInvalid(ImagePreprocessingOptions options)
    {
        ValidateOptionsResult result = Validate(null, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(nameof(ImagePreprocessingOptions), typeof(ImagePreprocessingOptions), result.Failures);
        }
    }

    private static void CheckEnum<T>(List<string> failures, string property, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            failures.Add($"{property} is {value}; it must be one of: {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    private static void CheckChannels(List<string> failures, string property, ChannelValues value, bool zeroAllowed)
    {
        foreach (float channel in (ReadOnlySpan<float>)[value.Red, value.Green, value.Blue])
        {
            if (!float.IsFinite(channel) || (channel == 0 && !zeroAllowed))
            {
                failures.Add($"{property} is {value}; each value must be a finite number{(zeroAllowed ? string.Empty : " other than 0")}.");
                return;
            }
        }
    }
}

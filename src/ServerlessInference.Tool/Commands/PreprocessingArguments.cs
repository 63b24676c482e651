using System.CommandLine;
using System.Globalization;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Commands;

/// <summary>The options of commands that resize, crop and normalise images.</summary>
internal sealed class PreprocessingArguments
{
    private const int MaxSide = 65_535;

    private readonly Option<int?> _resize;
    private readonly Option<int?> _crop;
    private readonly Option<string?> _filter;
    private readonly Option<ChannelValues?> _mean;
    private readonly Option<ChannelValues?> _std;

    /// <summary>Creates the options.</summary>
    /// <param name="defaults">Where values that are not given come from, to end a description.</param>
    public PreprocessingArguments(string defaults)
    {
        _resize = CreateSize("--resize", $"The size that the shorter side is resized to. Default: {defaults}, or 256.");
        _crop = CreateSize("--crop", $"The side of the square that is cropped from the middle. Default: {defaults}, or 224.");
        _filter = new Option<string?>("--filter")
        {
            Description = $"bilinear, bicubic, nearest, box, hamming or lanczos. Default: {defaults}, or bilinear.",
            HelpName = "NAME",
        };
        _filter.AcceptOnlyFromAmong("bilinear", "bicubic", "nearest", "box", "hamming", "lanczos");
        _mean = CreateChannels(
            "--mean", $"The means to subtract from values of 0 to 1, for red, green and blue. Default: {defaults}, or ImageNet's.");
        _std = CreateChannels("--std", $"The divisors of the differences. Default: {defaults}, or ImageNet's.");
    }

    /// <summary>Gets the options, to be added to a command.</summary>
    public IReadOnlyList<Option> Options => [_resize, _crop, _filter, _mean, _std];

    /// <summary>Determines whether one of the options is given.</summary>
    public bool AreGiven(ParseResult parsed) => Options.Any(option => parsed.GetResult(option) is not null);

    /// <summary>Changes the settings that are given.</summary>
    public void Apply(ParseResult parsed, ImagePreprocessingOptions settings)
    {
        if (parsed.GetValue(_crop) is { } crop)
        {
            settings.Width = settings.Height = crop;
        }

        if (parsed.GetValue(_resize) is { } resize)
        {
            settings.Mode = ImageResizeMode.ShorterSide;
            settings.ShorterSide = resize;
        }

        settings.Filter = parsed.GetValue(_filter) is { } name ? Enum.Parse<ResizeFilter>(name, ignoreCase: true) : settings.Filter;
        settings.Mean = parsed.GetValue(_mean) ?? settings.Mean;
        settings.StandardDeviation = parsed.GetValue(_std) ?? settings.StandardDeviation;
    }

    /// <summary>Creates an option with three numbers.</summary>
    public static Option<ChannelValues?> CreateChannels(string name, string description)
    {
        var option = new Option<ChannelValues?>(name) { Description = description, HelpName = "R,G,B" };
        option.CustomParser = result =>
        {
            string[] parts = result.Tokens[0].Value.Split(',');
            float[] values = new float[3];
            for (int i = 0; i < values.Length; i++)
            {
                if (parts.Length != values.Length
                    || !float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]))
                {
                    result.AddError($"{name} is '{result.Tokens[0].Value}'; three numbers separated by commas were expected.");
                    return null;
                }
            }

            return new ChannelValues(values[0], values[1], values[2]);
        };
        return option;
    }

    /// <summary>Creates an option with a number of pixels.</summary>
    public static Option<int?> CreateSize(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.CustomParser = result => NumberParser.ParseWholeNumber(result, name, result.Tokens[0].Value, 1, MaxSide);
        return option;
    }
}

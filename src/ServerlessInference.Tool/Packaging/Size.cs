using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Sizes on the command line and in messages, in Lambda's units: 1 MB is 1,048,576 bytes.</summary>
internal static class Size
{
    private static readonly (string Suffix, long Bytes)[] Units =
        [("GB", 1024 * PackageLimits.MB), ("MB", PackageLimits.MB), ("KB", 1024), ("B", 1)];

    /// <summary>Creates an option such as <c>--limit 250MB</c>.</summary>
    public static Option<long?> Option(string name, string description, long standard)
    {
        return new Option<long?>(name)
        {
            Description = $"{description} Default: {standard / PackageLimits.MB}MB.",
            HelpName = "SIZE",
            CustomParser = result => Parse(result, name),
        };
    }

    /// <summary>Formats a size for display.</summary>
    public static string Text(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)PackageLimits.MB:0.0} MB");

    private static long? Parse(ArgumentResult result, string name)
    {
        string text = result.Tokens[0].Value.Trim();
        foreach ((string? suffix, long bytes) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(
                    text.AsSpan(0, text.Length - suffix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && number is >= 0 and < 1_000_000)
            {
                return (long)(number * bytes);
            }
        }

        result.AddError($"{name} is '{text}'; a size such as 250MB was expected, with KB, MB or GB.");
        return 0;
    }
}

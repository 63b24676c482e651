using System.CommandLine.Parsing;
using System.Globalization;

namespace ServerlessInference.Tool.CommandLine;

/// <summary>Parses the numbers of options.</summary>
internal static class NumberParser
{
    /// <summary>Parses a number within bounds. Otherwise it reports an error that says what is expected.</summary>
    public static double ParseNumber(ArgumentResult result, string option, double min, double max, string expected)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= min && value <= max)
        {
            return value;
        }

        result.AddError($"{option} is '{text}'; it must be a number of {expected}.");
        return min;
    }

    /// <summary>Parses a whole number within bounds. Otherwise it reports an error that says what is expected.</summary>
    public static int ParseWholeNumber(ArgumentResult result, string option, string text, int min, int max)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }

        result.AddError(
            string.Create(CultureInfo.InvariantCulture, $"{option} is '{text}'; it must be a whole number from {min} to {max}."));
        return min;
    }
}

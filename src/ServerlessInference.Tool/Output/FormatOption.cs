using System.CommandLine;

namespace ServerlessInference.Tool.Output;

/// <summary>The option <c>--format</c>, which all commands share.</summary>
internal static class FormatOption
{
    /// <summary>Creates the option. Its default is <see cref="OutputFormat.Json"/>.</summary>
    public static Option<OutputFormat> Create()
    {
        var option = new Option<OutputFormat>("--format")
        {
            Description = "How results are written: json (one document per line, the default) or table.",
            HelpName = "json|table",
            CustomParser = result =>
            {
                switch (result.Tokens[0].Value)
                {
                    case "json":
                        return OutputFormat.Json;
                    case "table":
                        return OutputFormat.Table;
                    default:
                        result.AddError($"--format is '{result.Tokens[0].Value}'; it must be json or table.");
                        return OutputFormat.Json;
                }
            },
        };
        return option;
    }
}

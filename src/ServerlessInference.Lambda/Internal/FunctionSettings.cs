using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;

namespace ServerlessInference.Lambda;

/// <summary>
/// Reads <see cref="InferenceFunctionOptions"/> from configuration member by member, because a binder would cost a cold start more.
/// </summary>
internal static class FunctionSettings
{
    private const string SectionName = "ServerlessInference:Function";
    private const string Prefix = SectionName + ":";

    private const string Variables = LazyConfiguration.OwnVariablePrefix + "Function__";

    /// <summary>Returns whether an environment variable sets one of the options.</summary>
    public static bool IsAnyVariableSet() =>
        Environment.GetEnvironmentVariable(Variables + nameof(InferenceFunctionOptions.DeadlineMargin)) is not null
        || Environment.GetEnvironmentVariable(Variables + nameof(InferenceFunctionOptions.ManagedMemoryPercent)) is not null
        || Environment.GetEnvironmentVariable(Variables + nameof(InferenceFunctionOptions.EmbeddedMetrics)) is not null;

    // Not inlined, so that a function without settings does not load the types that it uses.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Read(IConfiguration configuration, InferenceFunctionOptions options, ICollection<string> failures)
    {
        if (Get(configuration, nameof(options.DeadlineMargin)) is { } margin)
        {
            if (TimeSpan.TryParse(margin, CultureInfo.InvariantCulture, out TimeSpan parsed))
            {
                options.DeadlineMargin = parsed;
            }
            else
            {
                failures.Add(DescribeInvalid(nameof(options.DeadlineMargin), margin, "a time span such as 00:00:00.5"));
            }
        }

        if (Get(configuration, nameof(options.ManagedMemoryPercent)) is { } percent)
        {
            if (int.TryParse(percent, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed))
            {
                options.ManagedMemoryPercent = parsed;
            }
            else
            {
                failures.Add(DescribeInvalid(nameof(options.ManagedMemoryPercent), percent, "a whole number such as 50"));
            }
        }

        if (Get(configuration, nameof(options.EmbeddedMetrics)) is { } metrics)
        {
            if (bool.TryParse(metrics, out bool parsed))
            {
                options.EmbeddedMetrics = parsed;
            }
            else
            {
                failures.Add(DescribeInvalid(nameof(options.EmbeddedMetrics), metrics, "true or false"));
            }
        }

        ReportUnknown(configuration.GetSection(SectionName), failures);
    }

    private static void ReportUnknown(IConfigurationSection section, ICollection<string> failures)
    {
        string[] known =
        [
            nameof(InferenceFunctionOptions.DeadlineMargin),
            nameof(InferenceFunctionOptions.EmbeddedMetrics),
            nameof(InferenceFunctionOptions.ManagedMemoryPercent),
        ];
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (!known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                failures.Add($"{setting.Path} is not a setting. The settings here are {string.Join(", ", known)}.");
            }
        }
    }

    private static string? Get(IConfiguration configuration, string member) => configuration[Prefix + member];

    private static string DescribeInvalid(string member, string value, string expected) =>
        $"{Prefix}{member} is '{value}'; {expected} was expected.";
}

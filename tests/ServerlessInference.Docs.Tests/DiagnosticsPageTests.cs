using System.Text.RegularExpressions;

namespace ServerlessInference.Docs.Tests;

/// <summary>The sources contain every message on the page of errors.</summary>
public sealed partial class DiagnosticsPageTests
{
    [Fact]
    public void Messages_OnThePageOfErrors_AreInTheSources()
    {
        string code = string.Concat(
            Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        code = Concatenation().Replace(code, "");
        string[] phrases =
        [
            .. File
                .ReadLines(Path.Combine(Repository.Root, "docs", "diagnostics.md"))
                .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .SelectMany(line => CodeSpan().Matches(line.Split(" | ")[0]).Select(match => match.Groups[1].Value)),
        ];

        // A value is an ellipsis on the page, and a hole or a separate string in the code.
        Assert.True(phrases.Length > 50, $"{phrases.Length} messages were found; the page's tables are read wrongly.");
        Findings.None(phrases
            .Where(phrase => phrase.Split('…').Any(part => !code.Contains(part.Trim(' ', '\''), StringComparison.Ordinal)))
            .Select(phrase => $"docs/diagnostics.md: no code says '{phrase}'."));
    }

    // The end of a string, a plus, and the beginning of the next one.
    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex Concatenation();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();
}

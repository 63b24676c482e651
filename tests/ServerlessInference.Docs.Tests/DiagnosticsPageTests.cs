using System.Text.RegularExpressions;

namespace ServerlessInference.Docs.Tests;

/// <summary>Every message on the page of errors is one that the code still gives.</summary>
public sealed partial class DiagnosticsPageTests
{
    [Fact]
    public void Messages_OfThePageOfErrors_StandInTheSources()
    {
        string code = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        code = Concatenation().Replace(code, "");
        string[] phrases =
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "docs", "diagnostics.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .SelectMany(line => CodeSpan().Matches(line.Split(" | ")[0]).Select(match => match.Groups[1].Value)),
        ];

        // What stands for a value is an ellipsis on the page, and a hole or a string of its own in the code.
        Assert.True(phrases.Length > 50, $"{phrases.Length} messages were found; the page's tables are read wrongly.");
        Findings.None(phrases.Where(phrase => phrase.Split('…').Select(part => part.Trim(' ', '\'')).Any(part => !code.Contains(part, StringComparison.Ordinal)))
            .Select(phrase => $"docs/diagnostics.md: no code says '{phrase}'."));
    }

    // The end of a string, a plus, and the beginning of the next one.
    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex Concatenation();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();
}

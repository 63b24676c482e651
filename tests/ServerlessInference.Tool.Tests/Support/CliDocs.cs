using System.Text.Json;
using System.Text.RegularExpressions;

namespace ServerlessInference.Tool.Tests.Support;

/// <summary>The schemas in docs/cli.md, by their <c>$id</c>.</summary>
internal static partial class CliDocs
{
    /// <summary>Asserts that a document is valid against its schema in the documentation.</summary>
    public static void AssertFits(string schemaId, JsonElement document)
    {
        var problems = Schema(schemaId).Validate(document);
        Assert.True(
            problems.Count == 0, $"The document does not fit '{schemaId}' of docs/cli.md:\n{string.Join('\n', problems)}\n{document}");
    }

    /// <summary>Reads a schema.</summary>
    public static JsonSchema Schema(string id)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));
        var schemas = Fences().Matches(text)
            .Select(match => JsonDocument.Parse(match.Groups[1].Value).RootElement)
            .Where(schema => schema.TryGetProperty("$id", out _))
            .ToDictionary(schema => schema.GetProperty("$id").GetString()!);
        Assert.True(schemas.ContainsKey(id), $"docs/cli.md has no schema '{id}'; it has {string.Join(", ", schemas.Keys)}.");
        return new JsonSchema(schemas[id]);
    }

    /// <summary>Reads the text below a heading.</summary>
    public static string Section(string heading)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));
        var start = text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/cli.md has no heading '{heading}'.");
        var end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return text[start..(end < 0 ? text.Length : end)];
    }

    [GeneratedRegex("^```json\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}

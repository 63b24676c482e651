using System.Text.RegularExpressions;

namespace ServerlessInference.Docs.Tests.Markdown;

/// <summary>A page of the documentation: its blocks of code, its headings, its links.</summary>
internal sealed partial class MarkdownPage
{
    private static readonly string[] Passed = [".git", "artifacts", "bin", "obj", "node_modules"];

    private MarkdownPage(string path)
    {
        Path = System.IO.Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
        FullPath = path;
        var prose = new List<string>();
        var snippets = new List<Snippet>();
        List<string>? code = null;
        string fence = "";
        int start = 0;
        string[] lines = File.ReadAllLines(path);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimStart();
            if (code is null && line.StartsWith("```", StringComparison.Ordinal))
            {
                fence = line.TrimStart('`').Trim();
                start = i + 2;
                code = [];
            }
            else if (code is not null && line.StartsWith("```", StringComparison.Ordinal))
            {
                snippets.Add(new Snippet(Path, start, fence, string.Join('\n', code)));
                code = null;
            }
            else
            {
                (code ?? prose).Add(lines[i]);
            }
        }

        Unclosed = code is null ? null : start - 1;
        Prose = string.Join('\n', prose);
        Snippets = snippets;
    }

    /// <summary>Gets the page's path, relative to the repository, with slashes.</summary>
    public string Path { get; }

    /// <summary>Gets the page's full path.</summary>
    public string FullPath { get; }

    /// <summary>Gets the text outside of blocks of code.</summary>
    public string Prose { get; }

    /// <summary>Gets the blocks of code.</summary>
    public IReadOnlyList<Snippet> Snippets { get; }

    /// <summary>Gets the line of a fence that is not closed.</summary>
    public int? Unclosed { get; }

    /// <summary>Gets the targets of links.</summary>
    public IEnumerable<string> Links => Link().Matches(CodeSpan().Replace(Prose, "")).Select(match => match.Groups[1].Value);

    /// <summary>Gets the anchors that the headings have on GitHub: lower case, blanks as hyphens, other signs left out.</summary>
    public IReadOnlySet<string> Anchors => Heading().Matches(Prose)
        .Select(match => NoAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads every page of the repository.</summary>
    public static IReadOnlyList<MarkdownPage> All() => [.. Files(Repository.Root).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Reads the page of each package.</summary>
    public static IEnumerable<MarkdownPage> OfPackages() =>
        All().Where(page => page.Path.StartsWith("src/", StringComparison.Ordinal) && page.Path.Count(letter => letter == '/') == 2);

    /// <summary>Reads one page.</summary>
    public static MarkdownPage Read(string path) => new(path);

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*.md").Concat(Directory.EnumerateDirectories(folder)
            .Where(child => !Passed.Contains(System.IO.Path.GetFileName(child), StringComparer.Ordinal))
            .SelectMany(Files));

    [GeneratedRegex(@"\]\(\s*<?([^)>\s]+)>?\s*\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoAnchor();
}

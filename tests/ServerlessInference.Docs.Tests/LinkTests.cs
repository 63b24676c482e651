using ServerlessInference.Docs.Tests.Markdown;

namespace ServerlessInference.Docs.Tests;

/// <summary>Every link between files of the repository leads to an existing file and, if it names one, to an existing heading.</summary>
public sealed class LinkTests
{
    [Fact]
    public void Links_OfAllPages_LeadToAFileAndAHeading()
    {
        var wrong = new List<string>();
        foreach (MarkdownPage page in MarkdownPage.All())
        {
            IEnumerable<string> relative = page.Links
                .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal));
            foreach (string link in relative)
            {
                string[] parts = link.Split('#', 2);
                string target = parts[0].Length == 0
                    ? page.FullPath
                    : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page.FullPath)!, Uri.UnescapeDataString(parts[0])));
                if (!File.Exists(target) && !Directory.Exists(target))
                {
                    wrong.Add($"{page.Path}: {link}: there is no such file.");
                }
                else if (parts.Length == 2
                    && target.EndsWith(".md", StringComparison.Ordinal)
                    && !MarkdownPage.Read(target).Anchors.Contains(parts[1]))
                {
                    wrong.Add($"{page.Path}: {link}: the page has no such heading.");
                }
            }
        }

        Findings.None(wrong);
    }

    [Fact]
    public void Links_OfPackageReadmes_BeginAtTheRepositorysRoot()
    {
        // A package's page has no files next to it. Packing turns ../../ into the repository's address.
        Findings.None(MarkdownPage.OfPackages()
            .SelectMany(page => page.Links.Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith('#'))
                .Where(link => !link.StartsWith("../../", StringComparison.Ordinal))
                .Select(link => $"{page.Path}: {link}: begin it with ../../, which packing makes absolute.")));
    }
}

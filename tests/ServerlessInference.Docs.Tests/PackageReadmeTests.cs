using ServerlessInference.Docs.Tests.Markdown;

namespace ServerlessInference.Docs.Tests;

/// <summary>
/// A package's page says how to install it, and its first example is a complete program. eng/checks/packages.sh builds that program.
/// </summary>
public sealed class PackageReadmeTests
{
    [Fact]
    public void Readmes_OfAllPackages_BeginWithTheInstallation()
    {
        Findings.None(MarkdownPage.OfPackages()
            .Where(page => !Installs(page.Snippets[0], Path.GetFileName(Path.GetDirectoryName(page.FullPath)!)))
            .Select(page => $"{page.Path}: the first block of code does not install the package."));
    }

    [Fact]
    public void Readmes_OfAllLibraries_ShowAProgramWithItsUsings()
    {
        // A block with using directives is compiled by itself, without the names that other blocks are given.
        Findings.None(MarkdownPage.OfPackages()
            .Where(page => page.Snippets[0].Text.Contains("dotnet add package", StringComparison.Ordinal))
            .Where(page => FirstCSharp(page)?.Text.StartsWith("using ", StringComparison.Ordinal) != true)
            .Select(page => $"{page.Path}: the first C# block does not begin with its using directives."));
    }

    private static Snippet? FirstCSharp(MarkdownPage page) => page.Snippets.FirstOrDefault(snippet => snippet.Language == "csharp");

    private static bool Installs(Snippet snippet, string package) => snippet.Language == "sh" && snippet.Text.Split('\n').Any(line =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["dotnet", "add", "package", var added, ..] && added == package
        || line.StartsWith("dotnet tool install", StringComparison.Ordinal) && line.EndsWith(package, StringComparison.Ordinal)
        || line == $"dotnet new install {package}");
}

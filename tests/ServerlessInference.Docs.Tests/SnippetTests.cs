using ServerlessInference.Docs.Tests.Markdown;

namespace ServerlessInference.Docs.Tests;

/// <summary>Every block of C# in the documentation compiles against the libraries.</summary>
public sealed class SnippetTests(SnippetTests.Compiled compiled) : IClassFixture<SnippetTests.Compiled>
{
    // Pages about packages that are built only if a package source has the vendor's package.
    private static readonly Dictionary<string, string> Adapters = new()
    {
        ["docs/guides/amazon-lambda-bootstrap.md"] = "ServerlessInference.AmazonLambda",
        ["src/ServerlessInference.AmazonLambda/README.md"] = "ServerlessInference.AmazonLambda",
    };

    public static TheoryData<string> Pages =>
        [.. MarkdownPage.All().Where(page => page.Snippets.Any(IsCSharp)).Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void CSharp_OfAPage_Compiles(string page)
    {
        if (Adapters.TryGetValue(page, out string? adapter) && !compiled.Compiler.References.Contains(adapter))
        {
            Assert.Skip($"{adapter} is left out: no package source has the package that it adapts");
        }

        IEnumerable<string> found = MarkdownPage.Read(Path.Combine(Repository.Root, page)).Snippets
            .Where(IsCSharp)
            .SelectMany(compiled.Compiler.Compile);

        Findings.None(found);
    }

    [Fact]
    public void Fences_OfAllPages_CloseAndNameCSharpOneWay()
    {
        Findings.None(MarkdownPage.All()
            .Where(page => page.Unclosed is not null)
            .Select(page => $"{page.Path}:{page.Unclosed}: nothing closes this fence."));
        Findings.None(MarkdownPage.All().SelectMany(page => page.Snippets)
            .Where(snippet => snippet.Language is "cs" or "c#" or "C#" or "CSharp")
            .Select(snippet => $"{snippet.Page}:{snippet.Line}: '{snippet.Language}' would not be compiled: write csharp."));
    }

    [Theory]
    [InlineData("var services = new ServiceCollection();\nservices.AddNoSuchThing();", "page.md:11: CS1061")]
    [InlineData("using System.Text;\nvar services = new ServiceCollection();", "page.md:11: CS0246")]
    [InlineData("[Fact]\npublic void Method()\n{\n    Missing();\n}", "page.md:13: CS0103")]
    public void Compile_InvalidCode_NamesTheLineOfThePage(string text, string expected)
    {
        Assert.StartsWith(
            expected, Assert.Single(compiled.Compiler.Compile(new Snippet("page.md", 10, "csharp", text))), StringComparison.Ordinal);
    }

    private static bool IsCSharp(Snippet snippet) => snippet.Language == "csharp";

    /// <summary>The compiler, created once.</summary>
    public sealed class Compiled
    {
        internal SnippetCompiler Compiler { get; } = new();
    }
}

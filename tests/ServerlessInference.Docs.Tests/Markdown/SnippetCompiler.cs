using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ServerlessInference.Docs.Tests.Markdown;

/// <summary>Compiles blocks of C# against everything that these tests reference.</summary>
/// <remarks>
/// A block is a file: statements, then types. What it names without declaring it (<c>app</c>, <c>model</c>, <c>MySink</c>) is in the folder
/// Given; a name that the block declares itself hides that. A block with using directives is a whole program, which has to name all of the
/// namespaces that it needs; another one sees those of all libraries. A member on its own is put into a class. Thread-safe.
/// </remarks>
internal sealed class SnippetCompiler
{
    private const string Sdk = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly CSharpCompilation _program;
    private readonly CSharpCompilation _fragment;

    public SnippetCompiler()
    {
        string[] files = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        References = files.Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet(StringComparer.Ordinal);
        string given = "using " + string.Join(
            "; global using ",
            References.Where(name => name.StartsWith("ServerlessInference", StringComparison.Ordinal))
                .SelectMany(name => Assembly.Load(name).GetExportedTypes())
                .Select(type => type.Namespace!)
                .Distinct()
                .Where(name => !name.EndsWith(".Markdown", StringComparison.Ordinal)));

        CSharpCompilation empty = CSharpCompilation.Create(
            "Snippet",
            references: files.Select(file => MetadataReference.CreateFromFile(file)),
            options: new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        _program = empty.AddSyntaxTrees(Parse(Sdk));
        _fragment = _program.AddSyntaxTrees(Parse($"""
            global {given}; global using Microsoft.Extensions.Configuration; global using Microsoft.Extensions.DependencyInjection;
            global using Xunit; global using static ServerlessInference.Docs.Tests.Given.Names;
            """));
    }

    /// <summary>Gets the names of the assemblies that blocks are compiled against.</summary>
    public IReadOnlySet<string> References { get; }

    /// <summary>Compiles a block.</summary>
    /// <returns>Each error and warning with the page's own line; empty where there is none.</returns>
    public IReadOnlyList<string> Compile(Snippet snippet)
    {
        SyntaxTree tree = Parse(snippet.Text);
        var root = (CompilationUnitSyntax)tree.GetRoot();
        bool member = root.Members.OfType<GlobalStatementSyntax>()
            .Any(global => global.Statement is LocalFunctionStatementSyntax function && function.Modifiers.Any(SyntaxKind.PublicKeyword));
        if (member)
        {
            tree = Parse($"public sealed class Snippet\n{{\n{snippet.Text}\n}}");
        }

        CSharpCompilation compilation = (root.Usings.Count > 0 ? _program : _fragment).AddSyntaxTrees(tree);
        if (member || !root.Members.OfType<GlobalStatementSyntax>().Any())
        {
            compilation = compilation.WithOptions(compilation.Options.WithOutputKind(OutputKind.DynamicallyLinkedLibrary));
        }

        int before = snippet.Line - (member ? 2 : 0);
        return [.. compilation.GetDiagnostics()
            .Where(found => found.Severity >= DiagnosticSeverity.Warning && found.Location.SourceTree == tree && !IsUnusedVariable(found))
            .Select(
                found =>
                    $"{snippet.Page}:{before + found.Location.GetLineSpan().StartLinePosition.Line}: {found.Id}: " +
                    $"{found.GetMessage(null)}")];
    }

    // An example may end with the value that it shows how to get.
    private static bool IsUnusedVariable(Diagnostic found) => found.Id is "CS0168" or "CS0219";

    private static SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.CSharp14));
}

using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ServerlessInference.Architecture.Tests.Source;

/// <summary>The source of one package, parsed and bound, so that each name is known by the type it means.</summary>
/// <remarks>Generated files are not part of it. Immutable after construction.</remarks>
internal sealed class SourcePackage
{
    private const string SdkUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.CSharp14);

    // Binding a package takes seconds, and each of its tests needs it.
    private static readonly ConcurrentDictionary<string, Lazy<SourcePackage>> Packages = new();

    private readonly CSharpCompilation _compilation;
    private readonly Lazy<IReadOnlyList<FolderDependency>> _dependencies;
    private readonly string _folder;

    private SourcePackage(string name)
    {
        Name = name;
        _dependencies = new Lazy<IReadOnlyList<FolderDependency>>(BindNames);
        _folder = Path.GetFullPath(Path.Combine(Metadata("SourceFolder"), $"ServerlessInference.{name}"));
        RootNamespace = name == "Core" ? "ServerlessInference" : $"ServerlessInference.{name}";

        // The package itself is compiled here; everything it refers to comes from the assemblies that this test runs with.
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetFileNameWithoutExtension(file) != $"ServerlessInference.{name}")
            .Select(file => MetadataReference.CreateFromFile(file));
        Files = [.. Directory.EnumerateFiles(_folder, "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(Parse)];
        _compilation = CSharpCompilation.Create(
            $"ServerlessInference.{name}",
            [CSharpSyntaxTree.ParseText(SdkUsings, ParseOptions), .. Files.Select(file => file.Tree)],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    public static IReadOnlyList<string> Names => Metadata("Packages").Split(';');

    public string Name { get; }

    public string RootNamespace { get; }

    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Gets a package, which is parsed once.</summary>
    public static SourcePackage Get(string name) =>
        Packages.GetOrAdd(name, key => new Lazy<SourcePackage>(() => new SourcePackage(key))).Value;

    /// <summary>Finds each use of one folder's type in another folder.</summary>
    /// <returns>Dependencies between first-level folders; <c>.</c> is the package's own folder.</returns>
    public IReadOnlyList<FolderDependency> FindDependencies() => _dependencies.Value;

    private IReadOnlyList<FolderDependency> BindNames()
    {
        Dictionary<SyntaxTree, SourceFile> byTree = Files.ToDictionary(file => file.Tree);
        var found = new HashSet<FolderDependency>();
        foreach (SourceFile file in Files)
        {
            SemanticModel model = _compilation.GetSemanticModel(file.Tree);
            foreach (SimpleNameSyntax name in file.Tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
                INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
                foreach (SyntaxReference declaration in type?.DeclaringSyntaxReferences ?? [])
                {
                    if (byTree.TryGetValue(declaration.SyntaxTree, out SourceFile? target) && target.FirstFolder != file.FirstFolder)
                    {
                        found.Add(new FolderDependency(file.FirstFolder, target.FirstFolder, file.Path, type!.Name));
                    }
                }
            }
        }

        return [.. found];
    }

    private static string Metadata(string key) =>
        typeof(SourcePackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!;

    private SourceFile Parse(string path)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(File.ReadAllText(path), ParseOptions, path);
        return new SourceFile(Path.GetRelativePath(_folder, path).Replace('\\', '/'), tree);
    }
}

using ServerlessInference.Architecture.Tests.Source;

namespace ServerlessInference.Architecture.Tests;

/// <summary>Folders show the architecture: docs/architecture/overview.md names them and their order.</summary>
public sealed class FolderTests
{
    public static TheoryData<string> Packages => new(SourcePackage.Names);

    /// <summary>Gets the packages whose folders have an order: each may use those before it, never those after it.</summary>
    public static TheoryData<string, string[]> Layers => new()
    {
        { "Core", [".", "Tensors", "Diagnostics", "Models", "Sessions", "Pipelines", "Results", "Registration", "Packages"] },
        { "Text", [".", "Classification", "Embeddings", "QuestionAnswering", "StringModels", "Registration"] },
        {
            "Tokenizers",
            ["Unicode", "RegularExpressions", "Normalization", "Vocabularies", "PreTokenization", "Models", "Decoding", "."]
        },
        { "Tool", ["CommandLine", "Output", "Inspection", "Packaging", "LocalRuntime", "Cost", "Commands", "."] },
        { "Lambda", ["Logging", "Metrics", "Invocations", "Warmup", "Events", "Runtime", "."] },
    };

    [Theory]
    [MemberData(nameof(Packages))]
    public void Namespace_File_IsItsFolderWithoutInternal(string name)
    {
        var package = SourcePackage.Get(name);
        Assert.Empty(package.Files
            .Where(file => file.Namespace is not null && !file.DeclaresExtensions)
            .Select(file => (file.Path, Expected: ExpectedNamespace(package, file), Found: file.Namespace))
            .Where(file => file.Found != file.Expected)
            .Select(file => $"{file.Path} is in {file.Found}, expected {file.Expected}"));
    }

    // Extension methods are where their callers look: with the package's other types, or with what is registered.
    [Theory]
    [MemberData(nameof(Packages))]
    public void Namespace_Extensions_IsTheFolderOrTheOneOfRegistration(string name)
    {
        var package = SourcePackage.Get(name);
        Assert.Empty(package.Files
            .Where(file => file.DeclaresExtensions && file.Namespace != ExpectedNamespace(package, file)
                && file.Namespace is not ("ServerlessInference" or "Microsoft.Extensions.DependencyInjection"))
            .Select(file => $"{file.Path} is in {file.Namespace}"));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Internal_File_HoldsWhatIsNotPublic(string name)
    {
        var package = SourcePackage.Get(name);
        Assert.Empty(package.Files
            .Where(file => file.Types.Count > 0 && file.IsInternal == file.DeclaresPublicType)
            .Select(
                file =>
                    file.IsInternal
                        ? $"{file.Path} declares a public type"
                        : $"{file.Path} declares no public type: it belongs in Internal"));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Dependencies_LayeredPackage_PointDown(string name, string[] layers)
    {
        var package = SourcePackage.Get(name);
        Assert.Equal(
            layers.Order(StringComparer.Ordinal), package.Files.Select(file => file.FirstFolder).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(package.FindDependencies(), found => Array.IndexOf(layers, found.To) > Array.IndexOf(layers, found.From));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Dependencies_Package_HasNoKnot(string name)
    {
        IReadOnlyList<FolderDependency> found = SourcePackage.Get(name).FindDependencies();
        IReadOnlyList<IReadOnlyList<string>> knots = FolderGraph.FindKnots(found.Select(dependency => (dependency.From, dependency.To)));
        Assert.True(knots.All(knot => knot.Count <= 2), $"Folders of {name} depend on each other in a circle:\n" +
            string.Join(
                '\n', found.Where(dependency => knots.Any(knot => knot.Contains(dependency.From) && knot.Contains(dependency.To)))));
    }

    [Fact]
    public void FindKnots_Circle_IsOneKnot()
    {
        IReadOnlyList<string> knot = Assert.Single(FolderGraph.FindKnots([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e")]));
        Assert.Equal(["a", "b", "c"], knot);
    }

    private static string ExpectedNamespace(SourcePackage package, SourceFile file) =>
        string.Join('.', file.Folders.Where(folder => folder != "Internal").Prepend(package.RootNamespace));
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ServerlessInference.Architecture.Tests.Source;

/// <summary>One file of a package.</summary>
/// <param name="Path">Its path below the package's folder, with <c>/</c>.</param>
/// <param name="Tree">Its syntax.</param>
internal sealed record SourceFile(string Path, SyntaxTree Tree)
{
    /// <summary>Gets the folders above the file, outermost first.</summary>
    public IReadOnlyList<string> Folders => Path.Split('/')[..^1];

    /// <summary>Gets the first folder that is not <c>Internal</c>; <c>.</c> for a file of the package's own folder.</summary>
    public string FirstFolder => Folders.FirstOrDefault(folder => folder != "Internal") ?? ".";

    public bool IsInternal => Folders.Contains("Internal");

    public string? Namespace => Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString();

    /// <summary>Gets the types that are declared at the top level; a program's statements are none.</summary>
    public IReadOnlyList<MemberDeclarationSyntax> Types =>
        [.. Root.DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>()
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)];

    public bool DeclaresPublicType => Types.Any(type => type.Modifiers.Any(SyntaxKind.PublicKeyword));

    /// <summary>Gets whether all types are static classes of extension methods.</summary>
    public bool DeclaresExtensions =>
        Types.Count > 0 && Types.All(type => type is ClassDeclarationSyntax declared && declared.Modifiers.Any(SyntaxKind.StaticKeyword)
            && declared.Members.OfType<MethodDeclarationSyntax>().Any(method =>
                method.ParameterList.Parameters.FirstOrDefault()?.Modifiers.Any(SyntaxKind.ThisKeyword) == true));

    private SyntaxNode Root => Tree.GetRoot();
}

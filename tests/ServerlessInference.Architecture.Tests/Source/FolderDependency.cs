namespace ServerlessInference.Architecture.Tests.Source;

/// <summary>A use of one folder's type in another folder.</summary>
/// <param name="From">The folder that uses it.</param>
/// <param name="To">The folder that declares it.</param>
/// <param name="File">The file that uses it.</param>
/// <param name="Type">The type.</param>
internal sealed record FolderDependency(string From, string To, string File, string Type)
{
    public override string ToString() => $"{File} uses {Type} of {To}";
}

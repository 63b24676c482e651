namespace ServerlessInference.Tool.Tests.Support;

/// <summary>The function that the tests split, in a folder of its own as <c>dotnet publish</c> would leave it.</summary>
internal static class SplitFunction
{
    public const string Program = "ServerlessInference.SplitFunction";

    /// <summary>Its directory, next to that of the tests and built in the same configuration.</summary>
    public static string Folder { get; } = Path.Combine(
        Repository.Root, "artifacts", "bin", Program, Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));
}

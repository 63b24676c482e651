namespace ServerlessInference.Tool.Tests.Support;

/// <summary>The function in the output directory of the tests.</summary>
internal static class TestFunction
{
    /// <summary>Its executable.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "ServerlessInference.Tool.Tests.Function");
}

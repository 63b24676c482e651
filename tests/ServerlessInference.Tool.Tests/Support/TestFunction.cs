namespace ServerlessInference.Tool.Tests.Support;

/// <summary>The function that lies beside the tests.</summary>
internal static class TestFunction
{
    /// <summary>Its executable.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "ServerlessInference.Tool.Tests.Function");
}

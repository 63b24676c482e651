using System.Globalization;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Creates X-Ray trace headers.</summary>
internal static class TraceId
{
    private const int RootLength = 24;
    private const int ParentLength = 16;

    /// <summary>Creates the header of a new, unsampled trace: <c>Root=1-…;Parent=…;Sampled=0</c>.</summary>
    public static string Create(TimeProvider time)
    {
        string root = Guid.NewGuid().ToString("N")[..RootLength];
        string parent = Guid.NewGuid().ToString("N")[..ParentLength];
        return string.Create(
            CultureInfo.InvariantCulture, $"Root=1-{time.GetUtcNow().ToUnixTimeSeconds():x8}-{root};Parent={parent};Sampled=0");
    }
}

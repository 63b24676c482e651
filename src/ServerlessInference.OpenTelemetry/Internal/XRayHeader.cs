using System.Diagnostics;

namespace ServerlessInference.OpenTelemetry;

/// <summary>
/// Reads X-Ray's trace header, <c>Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1</c>. Source: "AWS X-Ray
/// concepts", tracing header, in AWS's documentation.
/// </summary>
internal static class XRayHeader
{
    private const int RootLength = 35;
    private const int ParentLength = 16;

    /// <summary>Reads the header of a trace that X-Ray samples.</summary>
    /// <param name="header">The header; may be <see langword="null"/>.</param>
    /// <param name="context">The span that the header names.</param>
    /// <returns>
    /// Whether there is such a span. A header of a trace that is not sampled does not count: Lambda also sends one to functions that X-Ray
    /// does not trace at all, and their spans would then never be recorded.
    /// </returns>
    public static bool TryParse(string? header, out ActivityContext context)
    {
        context = default;
        ReadOnlySpan<char> root = default, parent = default, sampled = default;
        foreach (Range part in header.AsSpan().Split(';'))
        {
            ReadOnlySpan<char> field = header.AsSpan(part).Trim();
            if (field.StartsWith("Root=", StringComparison.Ordinal))
            {
                root = field[5..];
            }
            else if (field.StartsWith("Parent=", StringComparison.Ordinal))
            {
                parent = field[7..];
            }
            else if (field.StartsWith("Sampled=", StringComparison.Ordinal))
            {
                sampled = field[8..];
            }
        }

        bool isComplete = sampled is "1" && root.Length == RootLength && parent.Length == ParentLength;
        if (!isComplete || !root.StartsWith("1-", StringComparison.Ordinal) || root[10] != '-')
        {
            return false;
        }

        // As W3C's traceparent, which .NET reads and checks.
        return ActivityContext.TryParse($"00-{root[2..10]}{root[11..]}-{parent}-01", null, isRemote: true, out context);
    }
}

namespace ServerlessInference.Docs.Tests;

/// <summary>Reports all that was found at once, uncut.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> findings)
    {
        string[] all = [.. findings];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }
}

namespace ServerlessInference.Docs.Tests;

/// <summary>Reports all findings at once, without truncating them.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> findings)
    {
        string[] all = [.. findings];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }
}

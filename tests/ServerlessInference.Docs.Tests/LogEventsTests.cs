namespace ServerlessInference.Docs.Tests;

/// <summary>docs/guides/logs-and-metrics.md lists the log messages of all libraries as their source has them.</summary>
public sealed class LogEventsTests
{
    private const string Begin = "<!-- log messages: written by tests/ServerlessInference.Docs.Tests -->\n";
    private const string End = "<!-- log messages: end -->\n";

    [Fact]
    public void EventIds_OfAllLibraries_AreUnique()
    {
        IReadOnlyList<(int Id, string Package, string Level, string Message)> found = LogEventsTables.Find();

        Assert.True(found.Count > 20, $"Only {found.Count} log messages were found; the sources are read wrongly.");
        Findings.None(found.GroupBy(message => message.Id)
            .Where(group => group.Count() > 1)
            .Select(group => $"The event ID {group.Key} is used by: {string.Join("; ", group.Select(message => message.Message))}"));
    }

    [Fact]
    public void Guide_LogMessages_AsTheSourcesHaveThem()
    {
        string file = Path.Combine(Repository.Root, "docs", "guides", "logs-and-metrics.md");
        string guide = File.ReadAllText(file);
        int begin = guide.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = guide.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end >= begin, $"{file} must contain the lines '{Begin.Trim()}' and '{End.Trim()}'.");

        string written = LogEventsTables.Write();
        if (Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_APPROVE") == "1")
        {
            File.WriteAllText(file, guide[..begin] + written + guide[end..]);
            return;
        }

        Assert.True(
            guide[begin..end] == written,
            $"The log messages have changed. Run this test with SERVERLESS_INFERENCE_APPROVE=1, which writes them into {file}, and look " +
            "at the difference.");
    }
}

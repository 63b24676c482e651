namespace ServerlessInference.Docs.Tests;

/// <summary>docs/guides/configuration.md names every option of every options class, as the classes' own documentation does.</summary>
public sealed class ConfigurationGuideTests
{
    private const string Begin = "<!-- options: written by tests/ServerlessInference.Docs.Tests -->\n";
    private const string End = "<!-- options: end -->\n";

    [Fact]
    public void Guide_OptionsClasses_AsTheyDocumentThemselves()
    {
        string file = Path.Combine(Repository.Root, "docs", "guides", "configuration.md");
        string guide = File.ReadAllText(file);
        int begin = guide.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = guide.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end >= begin, $"{file} must hold the lines '{Begin.Trim()}' and '{End.Trim()}'.");

        string written = OptionsTables.Write();
        if (Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_APPROVE") == "1")
        {
            File.WriteAllText(file, guide[..begin] + written + guide[end..]);
            return;
        }

        Assert.True(
            guide[begin..end] == written,
            $"The options' documentation has changed. Run this test with SERVERLESS_INFERENCE_APPROVE=1, which writes it into {file}, " +
            "and look at the difference.");
    }
}

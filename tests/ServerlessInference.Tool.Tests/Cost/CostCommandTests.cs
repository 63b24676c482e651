using System.Xml.Linq;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Cost;

public sealed class CostCommandTests
{
    [Fact]
    public async Task Cost_EveryOption_FitsTheSchema()
    {
        var run = await ToolRun.RunAsync(
            "cost", "--requests", "2.5M", "--duration", "120.5", "--memory", "1769", "--arch", "arm64", "--batch", "10",
            "--cold-share", "0.01", "--cold-duration", "900",
            "--init", "400", "--tmp", "2048", "--snapstart", "--warmup-every", "5", "--warmup-duration", "30", "--warmup-environments", "3",
            "--free-tier", "--grain", "10", "--fee", "s3-get=1", "--fee-per-call", "s3-put=1", "--fee-per-month", "s3-batch-job=2",
            "--host-price", "70", "--host-rate", "20", "--host-peak", "3");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("cost", document);
        Assert.Equal(2_500_000, document.GetProperty("monthly").GetProperty("requests").GetDouble());
        Assert.Equal(130, document.GetProperty("billedMs").GetDouble());
    }

    [Fact]
    public async Task Cost_JsonOfInvoke_GivesADocumentForEachMemorySize()
    {
        string measured = Measurement(512, 300, 450, 80) + "\n" + Measurement(1769, 90, 150, 20.25);

        var run = await ToolRun.RunAsync(measured, ["cost", "--invoke", "-", "--cold-share", "0.1"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal([512, 1769], run.Documents.Select(document => document.GetProperty("memory").GetInt32()));
        Assert.Equal([80.0, 21], run.Documents.Select(document => document.GetProperty("billedMs").GetDouble()));
        Assert.Equal([450.0, 150], run.Documents.Select(document => document.GetProperty("billedColdMs").GetDouble()));
        Assert.All(run.Documents, document => CliDocs.AssertFits("cost", document));
    }

    [Fact]
    public async Task Cost_Plot_IsAnSvgWithALineEachAndTheBreakEven()
    {
        using var file = new TemporaryFile("cost.svg", []);

        var run = await ToolRun.RunAsync(
            "cost", "--duration", "412", "--memory", "2048", "--host-price", "208.8", "--host-rate", "8", "--plot", file.Path);

        Assert.Equal(0, run.ExitCode);
        var svg = XDocument.Load(file.Path);
        Assert.Equal("svg", svg.Root!.Name.LocalName);
        Assert.Equal(2, svg.Descendants().Count(element => element.Name.LocalName == "polyline"));
        Assert.Contains(svg.Descendants(), element => element.Value == "break-even at 14.99 M");
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--requests", "0")]
    [InlineData("--requests", "900G", "--host-price", "0.01", "--host-rate", "0.0001")]
    [InlineData("--requests", "1", "--host-price", "1000000000")]
    public async Task Cost_PlotOfUnusualNumbers_IsADrawingOfUsualSize(params string[] options)
    {
        using var file = new TemporaryFile("cost.svg", []);

        var run = await ToolRun.RunAsync(["cost", "--duration", "100", "--plot", file.Path, .. options]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var svg = await File.ReadAllTextAsync(file.Path, TestContext.Current.CancellationToken);
        Assert.Equal("svg", XDocument.Parse(svg).Root!.Name.LocalName);
        Assert.InRange(svg.Length, 1_000, 100_000);
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", svg, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cost_Table_HasTheHostAndTheBreakEven()
    {
        var run = await ToolRun.RunAsync("cost", "--duration", "412", "--memory", "2048", "--host-price", "208.8", "--format", "table");

        Assert.Contains("14,985,616", run.Output, StringComparison.Ordinal);
        Assert.Contains("208.80 USD", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cost_BookInAFile_IsUsed()
    {
        using var file = new TemporaryFile("book.json", """
            {
              "name":"own","date":"2026-01-02","source":"a contract","currency":"EUR",
              "perRequest":0,"perGbSecond":{"x86_64":0.001},"grainMs":1000,"initBilled":false
            }
            """u8);

        var run = await ToolRun.RunAsync("cost", "--duration", "1", "--memory", "1024", "--requests", "1k", "--book", file.Path);

        var document = Assert.Single(run.Documents);
        Assert.Equal("own", document.GetProperty("book").GetString());
        Assert.Equal("EUR", document.GetProperty("currency").GetString());
        Assert.Equal(1.0, document.GetProperty("monthly").GetProperty("total").GetDouble());
    }

    [Fact]
    public async Task Cost_Fees_AreCountedPerRequestPerCallAndPerMonth()
    {
        var run = await ToolRun.RunAsync(
            "cost", "--duration", "1", "--requests", "1M", "--batch", "100", "--fee", "s3-get=2", "--fee", "sqs-request=1",
            "--fee-per-call", "s3-put=1", "--fee-per-month", "kinesis-stream-hour=730");

        var monthly = Assert.Single(run.Documents).GetProperty("monthly");
        Assert.Equal(0.8 + 0.4 + 0.05 + 29.2, monthly.GetProperty("serviceFees").GetDouble(), tolerance: 1e-9);
        Assert.Equal(
            monthly.GetProperty("total").GetDouble(),
            monthly.GetProperty("requestFees").GetDouble() + monthly.GetProperty("compute").GetDouble() + 30.45,
            tolerance: 1e-5);

        // What is paid per month does not grow with the requests.
        Assert.InRange(run.Documents[0].GetProperty("costPerMillion").GetDouble(), 1.25, 1.3);
    }

    [Theory]
    [InlineData("The duration of a call is unknown", "cost")]
    [InlineData("has no fee 's3-paint'; it has s3-put, s3-get,", "cost", "--duration", "1", "--fee", "s3-paint=1")]
    [InlineData("has no fee 's3-put'; it has none", "cost", "--duration", "1", "--fee-per-call", "s3-put=1", "--book", "2019")]
    [InlineData("--fee is 's3-put'; it must be the name of a fee and a number", "cost", "--duration", "1", "--fee", "s3-put")]
    [InlineData("--fee-per-call is 's3-put=-1'; it must be", "cost", "--duration", "1", "--fee-per-call", "s3-put=-1")]
    [InlineData("--requests is 'many'", "cost", "--duration", "1", "--requests", "many")]
    [InlineData("--duration is '0'", "cost", "--duration", "0")]
    [InlineData("has no prices for sparc; it has x86_64, arm64", "cost", "--duration", "1", "--arch", "sparc")]
    [InlineData("has no prices for arm64; it has x86_64", "cost", "--duration", "1", "--arch", "arm64", "--book", "2019")]
    [InlineData("has no prices for SnapStart", "cost", "--duration", "1", "--snapstart", "--book", "2019")]
    [InlineData("has no price for a /tmp above 512 MB", "cost", "--duration", "1", "--tmp", "1024", "--book", "2019")]
    [InlineData("neither a book of the tool (2019, 2026) nor a readable file", "cost", "--duration", "1", "--book", "1999")]
    [InlineData("Give --cold-duration", "cost", "--duration", "1", "--cold-share", "0.5")]
    [InlineData("require --warmup-every", "cost", "--duration", "1", "--warmup-duration", "5")]
    [InlineData("require --host-price", "cost", "--duration", "1", "--host-rate", "5")]
    [InlineData("cannot", "cost", "--invoke", "/no/such/file")]
    public async Task Cost_WrongUsage_ExitsWithTwoAndSaysWhy(string expected, params string[] args)
    {
        var run = await ToolRun.RunAsync(args);

        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("", "which is empty")]
    [InlineData("{}", "is not the output of 'serverless-inference invoke': it has no 'memory'.")]
    [InlineData("""{"memory":512}""", "The JSON of invoke has no warm calls at 512 MB")]
    public async Task Cost_IncompleteJson_SaysWhatIsMissing(string input, string expected)
    {
        var run = await ToolRun.RunAsync(input, ["cost", "--invoke", "-"]);

        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    // A document of invoke.
    private static string Measurement(int memory, double init, double cold, double warm) =>
        $$"""{"event":"a.json","memory":{{memory}},"cpuShare":1,"cpuEmulated":true,"cpuMethod":"cgroup-v2","failed":0,""" +
        $$""" "init":{"n":1,"mean":{{init}},"p50":{{init}},"p95":{{init}} },""" +
        $$""" "cold":{"n":1,"mean":{{cold}},"p50":{{cold}},"p95":{{cold}} },""" +
        $$""" "warm":{"n":9,"mean":{{warm}},"p50":{{warm}},"p95":{{warm}} } }""";
}

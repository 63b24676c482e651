using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Logging;
using ServerlessInference.Lambda.Metrics;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Metrics;

public sealed class EmbeddedMetricsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invoke_WithMetrics_WritesOneLineForEachModel()
    {
        using var output = new MemoryStream();
        using var meter = new Meter("ServerlessInference");
        Histogram<double> stage = meter.CreateHistogram<double>("serverless_inference.stage.duration", "s");
        Histogram<int> batch = meter.CreateHistogram<int>("serverless_inference.batch.size");
        Counter<long> failures = meter.CreateCounter<long>("serverless_inference.failures");
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.LogOutput = () => output;
            builder.UseEmbeddedMetrics("Team/Shapes").MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (_, _, _) =>
            {
                KeyValuePair<string, object?> model = new("model", "metrics-one");
                stage.Record(0.25, model, new("stage", "inference"));
                stage.Record(0.5, model, new("stage", "inference"));
                stage.Record(0.001, model, new("stage", "preprocessing"));
                batch.Record(3, model);
                failures.Add(1, new KeyValuePair<string, object?>("model", "metrics-two"));
                return ValueTask.FromResult(new Answer("ok"));
            });
        }, clock, cancellationToken: Token);

        await function.InvokeAsync("""{"Text":"x"}""", Token);

        string[] lines =
            [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n').Where(line => line.Contains("metrics-", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.Equal(
            """{"_aws":{"Timestamp":1767225600000,"CloudWatchMetrics":[{"Namespace":"Team/Shapes","Dimensions":[["Model"]]""" +
            ""","Metrics":[{"Name":"BatchSize","Unit":"Count"},{"Name":"InferenceTime","Unit":"Milliseconds"},""" +
            """{"Name":"PreprocessingTime","Unit":"Milliseconds"}]}]}""" +
            ""","Model":"metrics-one","RequestId":"request-1","BatchSize":[3],"InferenceTime":[250,500],"PreprocessingTime":[1]}""",
            lines[0]);
        Assert.Contains("\"Failures\":[1]", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Take_MoreValuesThanALineHolds_WritesSeveralLines()
    {
        using var output = new MemoryStream();
        using var meter = new Meter("ServerlessInference");
        Histogram<int> batch = meter.CreateHistogram<int>("serverless_inference.batch.size");
        var sink = new LogSink(json: false, null, new InvocationScope(concurrent: false), new FakeTimeProvider(), () => output);
        using var metrics = new EmbeddedMetrics("N", "shapes", sink, new FakeTimeProvider(), created: 0);
        for (int i = 0; i < 150; i++)
        {
            batch.Record(i, new KeyValuePair<string, object?>("model", "metrics-many"));
        }

        metrics.Flush("r", cold: false);

        string[] lines =
            [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n').Where(
                line => line.Contains("metrics-many", StringComparison.Ordinal))];
        Assert.Equal([100, 50], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("BatchSize").GetArrayLength()));
    }

    [Fact]
    public async Task Invoke_FirstEvent_WritesTheColdStartAndLoadTimesBySource()
    {
        using var output = new MemoryStream();
        using var meter = new Meter("ServerlessInference");
        Histogram<double> load = meter.CreateHistogram<double>("serverless_inference.model.load.duration", "s");
        var clock = new FakeTimeProvider();
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.LogOutput = () => output;
            builder
                .UseEmbeddedMetrics("N")
                .MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (_, _, _) => ValueTask.FromResult(new Answer("ok")));
        }, clock, cancellationToken: Token);
        load.Record(0.125, new("model", "metrics-load"), new("model.source", "s3://models/a"));
        clock.Advance(TimeSpan.FromMilliseconds(80));

        await function.InvokeAsync("""{"Text":"x"}""", Token);
        await function.InvokeAsync("""{"Text":"x"}""", Token);

        string[] lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n');
        JsonElement cold =
            JsonDocument.Parse(Assert.Single(lines, line => line.Contains("\"ColdStart\":", StringComparison.Ordinal))).RootElement;
        Assert.Equal("in-memory", cold.GetProperty("FunctionName").GetString());
        Assert.Equal(80, cold.GetProperty("ColdStartTime")[0].GetDouble());
        string loaded = Assert.Single(lines, line => line.Contains("metrics-load", StringComparison.Ordinal));
        Assert.Contains("""
            "Dimensions":[["Model","Source"]]
            """, loaded, StringComparison.Ordinal);
        Assert.Contains("""
            "Model":"metrics-load","Source":"s3://models/a"
            """, loaded, StringComparison.Ordinal);
        Assert.Contains("\"ModelLoadTime\":[125]", loaded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_MetricsTurnedOffByOption_WritesNone()
    {
        using var output = new MemoryStream();
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.LogOutput = () => output;
            builder.Configuration["ServerlessInference:Function:EmbeddedMetrics"] = "false";
            builder
                .UseEmbeddedMetrics()
                .MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (_, _, _) => ValueTask.FromResult(new Answer("ok")));
        }, cancellationToken: Token);

        await function.InvokeAsync("""{"Text":"x"}""", Token);

        Assert.DoesNotContain("_aws", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":mine")]
    [InlineData(" ")]
    public void UseEmbeddedMetrics_InvalidNamespace_Throws(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => InferenceFunction.CreateBuilder([], new LambdaEnvironment()).UseEmbeddedMetrics(name));
}

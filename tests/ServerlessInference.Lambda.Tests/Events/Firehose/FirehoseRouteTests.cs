using System.Globalization;
using System.Text;
using System.Text.Json;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Firehose;

public sealed class FirehoseRouteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Firehose_Records_AreReplacedWithLinesOfResults()
    {
        var sink = new MemorySink();
        await using InMemoryFunction function = await TestFunction.StartAsync(builder =>
            builder.MapFirehose("texts", results => results.To(sink)));

        InvocationResult result = await function.InvokeAsync(Event("a", "bad", "c"), Token);

        JsonElement records = result.ReadJson().GetProperty("records");
        Assert.Equal(["1 Ok", "2 ProcessingFailed", "3 Ok"], Outcomes(records));
        Assert.False(records[1].TryGetProperty("data", out _));
        string line = Encoding.UTF8.GetString(records[2].GetProperty("data").GetBytesFromBase64());
        Assert.EndsWith("\"result\":{\"Text\":\"c\",\"Number\":1}}\n", line, StringComparison.Ordinal);
        Assert.StartsWith("{\"source\":{\"origin\":\"arn:aws:firehose:", line, StringComparison.Ordinal);
        Assert.Equal(2, sink.Records.Count);
    }

    [Fact]
    public async Task Firehose_StreamThatReadsKafka_HasItsOwnNameForTheData()
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(builder => builder.MapFirehose("texts"));

        InvocationResult result = await function.InvokeAsync(
            Event("a", "b").Replace("\"data\"", "\"kafkaRecordValue\"", StringComparison.Ordinal), Token);

        JsonElement records = result.ReadJson().GetProperty("records");
        Assert.Equal(["1 Ok", "2 Ok"], Outcomes(records));
        string line = Encoding.UTF8.GetString(records[1].GetProperty("kafkaRecordValue").GetBytesFromBase64());
        Assert.Contains("\"Text\":\"b\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Firehose_InvalidRecordsToBeSkipped_AreDropped()
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(builder =>
            builder.MapFirehose("texts", configure: firehose => firehose.SkipInvalidRecords = true));

        InvocationResult result = await function.InvokeAsync(
            Event("a", "bad").Replace("\"YQ==\"", "\"%\"", StringComparison.Ordinal), Token);

        Assert.Equal(["1 Dropped", "2 Dropped"], Outcomes(result.ReadJson().GetProperty("records")));
    }

    [Fact]
    public async Task Firehose_AnswersOverTheLimit_AreReportedAsFailedAndLogged()
    {
        using var log = new MemoryStream();
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder =>
            {
                builder.LogOutput = () => log;
                builder.MapFirehose("texts");
            },
            answer: (_, _) => ValueTask.FromResult(new Answer(new string('x', 2_000_000))));

        InvocationResult result = await function.InvokeAsync(Event("a", "b", "c", "d"), Token);

        Assert.Null(result.Error);
        Assert.InRange(Encoding.UTF8.GetByteCount(result.Text), 1, 6 * 1024 * 1024);
        Assert.Equal(["1 Ok", "2 Ok", "3 ProcessingFailed", "4 ProcessingFailed"], Outcomes(result.ReadJson().GetProperty("records")));
        Assert.Contains("2 records are reported as failed", Encoding.UTF8.GetString(log.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Firehose_ModelThatCannotBeLoaded_FailsTheInvocation()
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapFirehose("texts"), answer: (_, _) => throw new ModelLoadException("Gone."));

        Assert.Equal("ModelLoadException", (await function.InvokeAsync(Event("a"), Token)).Error?.Type);
    }

    [Fact]
    public async Task Firehose_SeveralStreams_GoByNameAndOthersAreRefused()
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(builder => builder
            .MapFirehose("texts", configure: firehose => firehose.Source = "reviews")
            .MapFirehose("other", configure: firehose => firehose.Source = "arn:aws:firehose:eu-central-1:123456789012:deliverystream/b"));

        InvocationResult first = await function.InvokeAsync(Event("a"), Token);
        InvocationResult second = await function.InvokeAsync(
            Event("a").Replace("deliverystream/reviews", "deliverystream/b", StringComparison.Ordinal), Token);
        InvocationResult third = await function.InvokeAsync(
            Event("a").Replace("deliverystream/reviews", "deliverystream/c", StringComparison.Ordinal), Token);

        Assert.Contains("\"name\":\"texts\"", Line(first), StringComparison.Ordinal);
        Assert.Contains("\"name\":\"other\"", Line(second), StringComparison.Ordinal);
        Assert.Contains("which is not mapped", third.Error?.Message, StringComparison.Ordinal);

        static string Line(InvocationResult result) =>
            Encoding.UTF8.GetString(result.ReadJson().GetProperty("records")[0].GetProperty("data").GetBytesFromBase64());
    }

    [Theory]
    [InlineData("""{"deliveryStreamArn":5,"records":[]}""")]
    [InlineData("""{"deliveryStreamArn":"x"}""")]
    [InlineData("""{"deliveryStreamArn":"x","records":[{"data":"YQ=="}]}""")]
    public async Task Firehose_DamagedEvent_FailsTheInvocation(string payload)
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(builder => builder.MapFirehose("texts"));

        Assert.Contains("is damaged", (await function.InvokeAsync(payload, Token)).Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MapFirehose_SameStreamTwice_Throws()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], new Lambda.Invocations.LambdaEnvironment());
        builder.MapFirehose("a");

        var exception = Assert.Throws<InvalidOperationException>(() => builder.MapFirehose("b"));
        Assert.Contains("is mapped already", exception.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Outcomes(JsonElement records) => records.EnumerateArray()
        .Select(record => $"{record.GetProperty("recordId").GetString()} {record.GetProperty("result").GetString()}");

    private static string Event(params string[] texts)
    {
        IEnumerable<string> records = texts.Select((text, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"recordId\":\"{i + 1}\",\"approximateArrivalTimestamp\":1767323045678," +
            $"\"data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}\"}}"));
        return $$"""
            {"invocationId":"invocation-1","deliveryStreamArn":"arn:aws:firehose:eu-central-1:123456789012:deliverystream/reviews",
            "region":"eu-central-1","records":[{{string.Join(',', records)}}]}
            """;
    }
}

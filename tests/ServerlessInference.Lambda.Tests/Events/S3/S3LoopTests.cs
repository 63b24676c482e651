using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Results;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.S3;

/// <summary>Results that would call the function again.</summary>
public sealed class S3LoopTests
{
    private readonly FakeBucket _bucket = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("s3://photos/incoming/", "s3://photos/incoming/labels/*.json")]
    [InlineData("s3://photos", "s3://{bucket}/labels/*.json")]
    [InlineData("s3://photos/*.json", "s3://photos/labels/*.json")]
    public async Task Start_ResultsWouldBeSources_IsRefused(string source, string target)
    {
        var sink = new MemoryBatchSink { Targets = [Pattern(target)] };

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(options => options.Sources.Add(source), sink));

        Assert.Contains("the function would call itself without end", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_MappingsThatLeadToEachOther_AreRefused()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => TestFunction.StartAsync(
            builder => builder
                .MapS3Objects(
                    "texts",
                    results => results.To(new MemoryBatchSink { Targets = [Pattern("s3://b/*.json")] }),
                    options => options.Sources.Add("s3://a/"))
                .MapS3Objects(
                    "other",
                    results => results.To(new MemoryBatchSink { Targets = [Pattern("s3://a/*.json")] }),
                    options => options.Sources.Add("s3://b/")),
            _bucket));

        Assert.Contains(
            "results of the model 'texts' for s3://a/* lead, by way of the model 'other' for s3://b/*, back to its own source",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_MappingThatLeadsToAnother_IsTaken()
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder
                .MapS3Objects(
                    "texts",
                    results => results.To(new MemoryBatchSink { Targets = [Pattern("s3://b/*.json")] }),
                    options => options.Sources.Add("s3://a/"))
                .MapS3Objects(
                    "other",
                    results => results.To(new MemoryBatchSink { Targets = [Pattern("s3://c/*.json")] }),
                    options => options.Sources.Add("s3://b/")),
            _bucket);

        Assert.NotNull(function.Services);
    }

    [Theory]
    [InlineData("s3://photos/incoming/", "s3://photos/labels/*.json")]
    [InlineData("s3://photos/*.jpg", "s3://photos/*.json")]
    [InlineData("s3://photos", "s3://labels/*")]
    public async Task Start_ResultsGoElsewhere_IsTaken(string source, string target)
    {
        _bucket["photos/incoming/a.jpg"] = "1"u8.ToArray();
        var sink = new MemoryBatchSink { Targets = [Pattern(target)] };
        await using InMemoryFunction function = await StartAsync(options => options.Sources.Add(source), sink);

        InvocationResult result = await function.InvokeAsync(LambdaEvents.S3Notification("photos", "incoming/a.jpg"), Token);

        Assert.Equal("""{"answered":1,"skipped":0}""", result.Text);
    }

    [Theory]
    [InlineData("s3://photos/labels/*.json", "a.jpg", "might call the function again")]
    [InlineData("s3://{bucket}/*.json", "a.jpg", "might call the function again")]
    [InlineData("s3://photos/labels/*.json", "labels/a.json", "looks like a result of this function")]
    public async Task Event_ResultsMightBeSources_IsRefusedBeforeAnythingIsRead(string target, string key, string expected)
    {
        _bucket["photos/" + key] = "1"u8.ToArray();
        var sink = new MemoryBatchSink { Targets = [Pattern(target)] };
        await using InMemoryFunction function = await StartAsync(sink: sink);

        InvocationResult result = await function.InvokeAsync(LambdaEvents.S3Notification("photos", key), Token);

        Assert.Contains(expected, result.Error?.Message, StringComparison.Ordinal);
        Assert.Empty(_bucket.Asked);
        Assert.Empty(sink.Records);
    }

    [Fact]
    public async Task Sqs_ResultThatMightBeASource_IsReportedAndNothingIsWritten()
    {
        _bucket["photos/a"] = "1"u8.ToArray();
        _bucket["labels/b"] = "2"u8.ToArray();
        var sink = new MemoryBatchSink { Targets = [Pattern("s3://labels/*.json")] };
        await using InMemoryFunction function = await StartAsync(options => options.SkipInvalidRecords = true, sink);

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Sqs(LambdaEvents.S3Notification("labels", "b"), LambdaEvents.S3Notification("photos", "a")), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-1"}]}""", result.Text);
        Assert.Equal("s3://photos/a", Assert.Single(sink.Records).SourceObject?.ToString());
    }

    private static ObjectPattern Pattern(string text) =>
        text.StartsWith("s3://{bucket}/", StringComparison.Ordinal)
            ? ObjectPattern.Parse("s3://x/" + text[14..]) with { Bucket = null }
            : ObjectPattern.Parse(text);

    private Task<InMemoryFunction> StartAsync(Action<S3ObjectOptions>? configure = null, IResultSink? sink = null) =>
        TestFunction.StartAsync(
            builder => builder.MapS3Objects("texts", results => results.To(sink ?? new MemorySink()), configure), _bucket);
}

using Amazon.S3;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.S3;

public sealed class S3ObjectRouteTests
{
    private readonly FakeBucket _bucket = new();
    private readonly MemorySink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Direct_EncodedKey_IsDecodedAndAnswered()
    {
        _bucket["photos/a b/ü+1.jpg"] = "x"u8.ToArray();
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(LambdaEvents.S3Notification("photos", "a b/ü+1.jpg"), Token);

        Assert.Equal("""{"answered":1,"skipped":0}""", result.Text);
        Assert.Equal(["""s3://photos/a b/ü+1.jpg {"Text":"x","Number":1}"""], _sink.Written);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), _sink.Records[0].Time);
    }

    public static TheoryData<string> Envelopes => new(
        LambdaEvents.Sns(LambdaEvents.S3Notification("photos", "a", "b")),
        LambdaEvents.Sqs(LambdaEvents.S3Notification("photos", "a", "b")),
        LambdaEvents.Sqs(LambdaEvents.SnsMessage(LambdaEvents.S3Notification("photos", "a", "b"))),
        LambdaEvents.Sqs(LambdaEvents.S3Notification("photos", "a"), LambdaEvents.S3ObjectCreated(new ObjectReference("photos", "b"))),
        LambdaEvents.Sqs(LambdaEvents.S3Test(), LambdaEvents.S3Notification("photos", "a"), LambdaEvents.S3Notification("photos", "b")));

    [Theory]
    [MemberData(nameof(Envelopes))]
    public async Task Envelope_OfAnyKind_IsUnpacked(string payload)
    {
        _bucket["photos/a"] = "1"u8.ToArray();
        _bucket["photos/b"] = "2"u8.ToArray();
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Null(result.Error);
        Assert.Contains(result.Text, new[] { """{"answered":2,"skipped":0}""", """{"batchItemFailures":[]}""" });
        Assert.Equal(["""s3://photos/a {"Text":"1","Number":1}""", """s3://photos/b {"Text":"2","Number":1}"""], _sink.Written);
    }

    [Fact]
    public async Task EventBridge_KeyThatLooksEncoded_IsTakenAsItIs()
    {
        _bucket["photos/100%25+1.jpg?v7"] = "x"u8.ToArray();
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.S3ObjectCreated(new ObjectReference("photos", "100%25+1.jpg", "v7") { EntityTag = "abc", Size = 1 }), Token);

        Assert.Equal("""{"answered":1,"skipped":0}""", result.Text);
        Assert.Equal(["photos/100%25+1.jpg?v7"], _bucket.Asked);
    }

    [Fact]
    public async Task EventsThatCreateNothing_AreAnsweredAndChangeNothing()
    {
        await using InMemoryFunction function = await StartAsync();
        string removed =
            LambdaEvents.S3Notification("photos", "a").Replace("ObjectCreated:Put", "ObjectRemoved:Delete", StringComparison.Ordinal);

        foreach (string payload in new[]
        {
            LambdaEvents.S3Test(), LambdaEvents.Sns(LambdaEvents.S3Test()), removed,
            LambdaEvents.S3ObjectCreated(new ObjectReference("photos", "a"), "Object Deleted"),
        })
        {
            Assert.Equal("""{"answered":0,"skipped":0}""", (await function.InvokeAsync(payload, Token)).Text);
        }

        Assert.Equal("""{"batchItemFailures":[]}""", (await function.InvokeAsync(LambdaEvents.Sqs(LambdaEvents.S3Test()), Token)).Text);
        Assert.Empty(_bucket.Asked);
        Assert.Empty(_sink.Records);
    }

    [Fact]
    public async Task InvalidObjects_DirectEvent_BecomeErrorResults()
    {
        _bucket["photos/bad"] = "bad"u8.ToArray();
        _bucket["photos/large"] = new byte[50];
        await using InMemoryFunction function = await StartAsync(options => options.MaxBytes = 40);

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.S3Notification(
                new ObjectReference("photos", "bad"),
                new ObjectReference("photos", "gone"),
                new ObjectReference("photos", "large"),
                new ObjectReference("photos", "larger") { Size = 41 }),
            Token);

        Assert.Equal("""{"answered":0,"skipped":4}""", result.Text);
        Assert.Equal(
            [
                "s3://photos/bad Bad text.",
                "s3://photos/gone s3://photos/gone does not exist, or was deleted. Check the key (it must not be URL-encoded) and the " +
                "version.",
                "s3://photos/large s3://photos/large has 50 bytes; the limit is 40. Send a smaller object, or raise MaxBytes in the " +
                "options.",
                "s3://photos/larger s3://photos/larger has 41 bytes; the limit is 40. Send a smaller object, or raise MaxBytes in the " +
                "options.",
            ],
            _sink.Written);
        Assert.DoesNotContain("photos/larger", _bucket.Asked);
    }

    [Fact]
    public async Task InvalidObjects_InSqs_AreReportedByMessage()
    {
        _bucket["photos/a"] = "1"u8.ToArray();
        _bucket["photos/bad"] = "bad"u8.ToArray();
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Sqs(
                LambdaEvents.S3Notification("photos", "a", "bad"), LambdaEvents.S3Notification("photos", "a"), "nonsense", """{"a":1}"""),
            Token);

        Assert.Equal(
            """{"batchItemFailures":[{"itemIdentifier":"message-1"},{"itemIdentifier":"message-3"},{"itemIdentifier":"message-4"}]}""",
            result.Text);
        Assert.Equal(2, _sink.Records.Count);
    }

    [Fact]
    public async Task TransientFailure_DirectEvent_FailsAfterTheOthersAndNamesTheKey()
    {
        _bucket["photos/a"] = "1"u8.ToArray();
        _bucket["photos/c"] = "3"u8.ToArray();
        _bucket.Fails = place => place == "photos/b"
            ? new AmazonS3Exception(
                "Slow.", Amazon.Runtime.ErrorType.Sender, "AccessDenied", "id", System.Net.HttpStatusCode.Forbidden) : null;
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(LambdaEvents.S3Notification("photos", "a", "b", "c"), Token);

        Assert.Equal("S3ObjectsFailed", result.Error?.Type);
        Assert.StartsWith(
            "1 of 3 objects failed; the others are done. s3://photos/b: It failed; request request-1 in the function's log",
            result.Error?.Message,
            StringComparison.Ordinal);
        Assert.Equal(2, _sink.Records.Count);
    }

    [Fact]
    public async Task BatchOfObjects_GoesToTheModelTogether()
    {
        for (int i = 0; i < 8; i++)
        {
            _bucket[$"photos/{i}"] = [(byte)('0' + i)];
        }

        var sink = new MemoryBatchSink();
        await using InMemoryFunction function = await StartAsync(sink: sink);

        await function.InvokeAsync(LambdaEvents.S3Notification("photos", [.. Enumerable.Range(0, 8).Select(i => $"{i}")]), Token);

        Assert.Equal([8], sink.Sizes);
    }

    [Fact]
    public async Task SqsFifo_FailureInOneMapping_HoldsBackItsGroupInAllMappings()
    {
        _bucket["photos/texts/bad"] = "bad"u8.ToArray();
        _bucket["photos/texts/b"] = "b"u8.ToArray();
        _bucket["photos/other/a"] = "a"u8.ToArray();
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder
                .MapS3Objects("texts", results => results.To(_sink), options => options.Sources.Add("s3://photos/texts/"))
                .MapS3Objects("other", results => results.To(_sink), options => options.Sources.Add("s3://photos/other/")),
            _bucket);

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.SqsFifo(
                ("x", Created("texts/b")), ("x", Created("texts/bad")), ("x", Created("other/a")), ("y", Created("other/a")),
                ("z", Created("elsewhere")), ("z", Created("texts/b")), ("x", Created("texts/b"))),
            Token);

        Assert.Equal(
            """{"batchItemFailures":[{"itemIdentifier":"message-2"},{"itemIdentifier":"message-3"},""" +
            """{"itemIdentifier":"message-5"},{"itemIdentifier":"message-6"},{"itemIdentifier":"message-7"}]}""",
            result.Text);
        Assert.Equal(["message-1", "message-4"], _sink.Records.Select(record => record.Id));

        static string Created(string key) => LambdaEvents.S3ObjectCreated(new ObjectReference("photos", key));
    }

    [Fact]
    public async Task SeveralModels_EachHasItsObjects()
    {
        _bucket["photos/texts/a"] = "1"u8.ToArray();
        _bucket["photos/other/a"] = "1"u8.ToArray();
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder
                .MapS3Objects("texts", results => results.To(_sink), options => options.Sources.Add("s3://photos/texts/"))
                .MapS3Objects("other", results => results.To(_sink), options => options.Sources.Add("s3://photos/other/")),
            _bucket);

        InvocationResult result = await function.InvokeAsync(LambdaEvents.S3Notification("photos", "other/a", "texts/a"), Token);
        InvocationResult unknown = await function.InvokeAsync(LambdaEvents.S3Notification("photos", "elsewhere"), Token);

        Assert.Equal("""{"answered":2,"skipped":0}""", result.Text);
        Assert.Equal(
            ["""s3://photos/other/a {"Text":"other","Number":0}""", """s3://photos/texts/a {"Text":"1","Number":1}"""], _sink.Written);
        Assert.Contains(
            "s3://photos/elsewhere, which no mapping takes. Mapped: S3 objects (model 'texts' for s3://photos/texts/*",
            unknown.Error?.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Map_SameObjectsTwice_Throws()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], new LambdaEnvironment());
        builder.MapS3Objects("texts", results => results.ToNothing(), options => options.Sources.Add("s3://photos/a"));

        Assert.Throws<InvalidOperationException>(() => builder.MapS3Objects("other", results => results.ToNothing()));
        Assert.Throws<InvalidOperationException>(
            () => builder.MapS3Objects("other", results => results.ToNothing(), options => options.Sources.Add("s3://photos/ab")));
        Assert.Throws<ArgumentException>(() => builder.MapS3Objects("other", _ => { }));
        Assert.Throws<ArgumentException>(
            () => builder.MapS3Objects("other", results => results.ToNothing(), options => options.Sources.Add("photos")));
    }

    [Fact]
    public async Task Sqs_WithBothMapped_EachMessageReachesItsRoute()
    {
        _bucket["photos/a"] = "1"u8.ToArray();
        var messages = new MemorySink();
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder
                .MapSqs("texts", results => results.To(messages))
                .MapS3Objects("texts", results => results.To(_sink)),
            _bucket);

        await function.InvokeAsync(LambdaEvents.Sqs("I mention aws:s3"), Token);
        await function.InvokeAsync(LambdaEvents.Sqs(LambdaEvents.S3Notification("photos", "a")), Token);

        Assert.Equal("message-1", Assert.Single(messages.Records).Id);
        Assert.Equal("s3://photos/a", Assert.Single(_sink.Records).SourceObject?.ToString());
    }

    [Theory]
    [InlineData(
        """{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{}}}]}""",
        "an S3 notification, but is damaged")]
    [InlineData(
        """{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{}}}]}""",
        "an S3 notification, but is damaged")]
    [InlineData(
        """{"Records":[{"EventSource":"aws:sns","Sns":{"Message":"hello"}}]}""", "an SNS notification, but contains no S3 notification")]
    [InlineData(
        """{"source":"aws.s3","detail-type":"Object Created","detail":{"object":{"key":"k"}}}""",
        "an S3 event of EventBridge, but is damaged")]
    [InlineData(
        """{"Records":[{"eventSource":"aws:kinesis","kinesis":{}}]}""", "recognised as Kinesis records, and nothing is mapped for it")]
    public async Task DamagedOrUnknown_Event_SaysWhatItWasTakenFor(string payload, string expected)
    {
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Contains(expected, result.Error?.Message, StringComparison.Ordinal);
    }

    private Task<InMemoryFunction> StartAsync(Action<S3ObjectOptions>? configure = null, IResultSink? sink = null) =>
        TestFunction.StartAsync(builder => builder.MapS3Objects("texts", results => results.To(sink ?? _sink), configure), _bucket);
}

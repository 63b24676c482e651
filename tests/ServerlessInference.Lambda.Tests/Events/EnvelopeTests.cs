using System.Text.Json;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Tests.Events.S3;
using ServerlessInference.Results;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events;

/// <summary>Messages that AWS services have put into messages of other services.</summary>
public sealed class EnvelopeTests
{
    private readonly MemorySink _sink = new();
    private readonly FakeBucket _bucket = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Envelopes => new(
        "my parcel is late",
        Sns("my parcel is late"),
        "\n " + Sns("my parcel is late"),
        Sns(Sns("my parcel is late")),
        Failure(LambdaEvents.Sns("my parcel is late")),
        Sns(Failure(LambdaEvents.Sns("my parcel is late"))),
        Event(Failure(LambdaEvents.Sns("my parcel is late"))));

    [Theory]
    [MemberData(nameof(Envelopes))]
    public async Task Sqs_MessageInEnvelopes_IsTakenOutOfThem(string body)
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapSqs("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs(body), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal("my parcel is late", Text(Assert.Single(_sink.Records)));
    }

    [Fact]
    public async Task Sqs_EventOfEventBridge_GivesItsDetail()
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapSqs("texts", results => results.To(_sink)));

        await function.InvokeAsync(
            LambdaEvents.Sqs(Event("""{"text":"late","n":[1,2]}"""), Sns(Event("""{"base64":"bGF0ZQ==","id":7}"""))), Token);

        Assert.Equal(["""{"text":"late","n":[1,2]}""", "late"], _sink.Records.Select(Text));
    }

    [Theory]
    [InlineData("""{"TopicArn":"x","text":"late"}""")]
    [InlineData("""{"detail-type":"x","text":"late"}""")]
    [InlineData("""{"requestContext":{"stage":"x"},"text":"late"}""")]
    [InlineData("""["S3Pointer\"",1,2]""")]
    [InlineData("{\"TopicArn\":")]
    public async Task Sqs_TextThatOnlyLooksLikeAnEnvelope_IsTheInputItself(string body)
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapSqs("texts", results => results.To(_sink)));

        await function.InvokeAsync(LambdaEvents.Sqs(body), Token);

        Assert.Equal(body, Text(Assert.Single(_sink.Records)));
    }

    [Fact]
    public async Task Sqs_MessageWithoutAReachableInput_IsReportedWithTheRemedy()
    {
        await using InMemoryFunction function = await StartAsync(builder =>
            builder.MapSqs("texts", results => results.To(_sink), queue => queue.SkipInvalidRecords = true));
        string pointer = """["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"b","s3Key":"k"}]""";
        string older = """["com.amazon.sqs.javamessaging.MessageS3Pointer",{"s3BucketName":"b","s3Key":"k"}]""";
        string stream = Failure("null").Replace("\"requestPayload\":null", "\"KinesisBatchInfo\":{}", StringComparison.Ordinal);
        string success = Failure("{}").Replace("RetriesExhausted", "Success", StringComparison.Ordinal);
        string deep = Sns(Sns(Sns(Sns(Sns(Sns("x"))))));

        await function.InvokeAsync(LambdaEvents.Sqs(pointer, older, stream, success, deep, "good"), Token);

        Assert.Collection(
            _sink.Written,
            one => Assert.Contains("a pointer of the SQS Extended Client Library", one, StringComparison.Ordinal),
            two => Assert.Contains("a pointer of the SQS Extended Client Library", two, StringComparison.Ordinal),
            three => Assert.Contains("has their position in the stream", three, StringComparison.Ordinal),
            four => Assert.Contains("an invocation that succeeded", four, StringComparison.Ordinal),
            five => Assert.Contains("more than 5 envelopes", five, StringComparison.Ordinal),
            six => Assert.Contains("\"good\"", six, StringComparison.Ordinal));
    }

    [Fact]
    public async Task S3Objects_FailedEventsOfAQueue_AreAnsweredAgain()
    {
        _bucket["photos/a.jpg"] = "photo"u8.ToArray();
        await using InMemoryFunction function = await StartAsync(builder => builder.MapS3Objects("texts", results => results.To(_sink)));
        string notification = LambdaEvents.S3Notification("photos", "a.jpg");
        string created = LambdaEvents.S3ObjectCreated(new ObjectReference("photos", "a.jpg"));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Sqs(
                Failure(notification),
                Sns(Failure(LambdaEvents.Sns(notification))),
                Event(Failure(created)),
                Sns(created)),
            Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(4, _sink.Records.Count);
        Assert.All(_sink.Records, record => Assert.Equal("s3://photos/a.jpg", record.SourceObject?.ToString()));
    }

    [Theory]
    [InlineData("PutObject", null, 1)]
    [InlineData("CompleteMultipartUpload", null, 1)]
    [InlineData("CopyObject", null, 1)]
    [InlineData("PutObject", "AccessDenied", 0)]
    [InlineData("DeleteObject", null, 0)]
    [InlineData("GetObject", null, 0)]
    public async Task S3Objects_EventOfCloudTrail_IsAnsweredIfItIsAboutANewObject(string name, string? error, int answered)
    {
        _bucket["photos/a b.jpg"] = "photo"u8.ToArray();
        await using InMemoryFunction function = await StartAsync(builder => builder.MapS3Objects("texts", results => results.To(_sink)));
        string payload = $$"""
            {"version":"0","id":"1","detail-type":"AWS API Call via CloudTrail","source":"aws.s3","detail":{
            "eventTime":"2026-11-01T00:00:00Z","eventName":"{{name}}"{{(error is null ? "" : $",\"errorCode\":\"{error}\"")}},
            "requestParameters":{"bucketName":"photos","key":"a b.jpg"},"responseElements":null} }
            """;

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Equal($$"""{"answered":{{answered}},"skipped":0}""", result.Text);
        Assert.Equal(answered, _sink.Records.Count(record => record.SourceObject?.ToString() == "s3://photos/a b.jpg"));
    }

    [Fact]
    public async Task S3Objects_EventAboutNoNewObject_IsLogged()
    {
        using var log = new MemoryStream();
        await using InMemoryFunction function = await StartAsync(builder =>
        {
            builder.LogOutput = () => log;
            builder.MapS3Objects("texts", results => results.To(_sink));
        });

        await function.InvokeAsync(LambdaEvents.S3ObjectCreated(new ObjectReference("photos", "a"), "Object Deleted"), Token);

        string text = System.Text.Encoding.UTF8.GetString(log.ToArray());
        Assert.Contains("The event (S3EventBridge) is about no new object", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S3Objects_EmptyVersionAndFolderMarker_AreAnObjectAndNothing()
    {
        _bucket["photos/a.jpg"] = "photo"u8.ToArray();
        await using InMemoryFunction function = await StartAsync(builder => builder.MapS3Objects("texts", results => results.To(_sink)));
        string payload = LambdaEvents.S3Notification("photos", "a.jpg", "incoming/")
            .Replace("\"size\":1024", "\"size\":0,\"versionId\":\"\"", StringComparison.Ordinal);

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Equal("""{"answered":1,"skipped":0}""", result.Text);
        Assert.Equal("s3://photos/a.jpg", Assert.Single(_sink.Records).SourceObject?.ToString());
    }

    [Fact]
    public async Task Pipes_ArraysOfRecords_AreAnsweredLikeBatches()
    {
        await using InMemoryFunction function = await StartAsync(builder => builder
            .MapSqs("texts", results => results.To(_sink))
            .MapKinesis("texts", results => results.To(_sink))
            .MapDynamoDbStream("texts", results => results.To(_sink), stream => stream.Attribute = "text"));
        string flat = """
            [{"kinesisSchemaVersion":"1.0","partitionKey":"1","sequenceNumber":"7","data":"YQ==","approximateArrivalTimestamp":1767323045.6,
            "eventSource":"aws:kinesis","eventSourceARN":"arn:aws:kinesis:eu-central-1:123456789012:stream/inputs"}]
            """;

        InvocationResult sqs = await function.InvokeAsync(Pipe(LambdaEvents.Sqs("a", "bad")), Token);
        InvocationResult kinesis = await function.InvokeAsync(flat, Token);
        InvocationResult table = await function.InvokeAsync(Pipe(LambdaEvents.DynamoDbStream("text", "a")), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-2"}]}""", sqs.Text);
        Assert.Equal("""{"batchItemFailures":[]}""", kinesis.Text);
        Assert.Equal("""{"batchItemFailures":[]}""", table.Text);
        Assert.Equal(["message-1", "7", "sequence-1"], _sink.Records.Select(record => record.Id));
    }

    [Fact]
    public async Task TumblingWindow_LastCallWithoutRecords_IsAnswered()
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKinesis("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(
            """
            {"Records":[],"window":{"start":"a","end":"b"},"state":{},"shardId":"s",
            "eventSourceARN":"arn:aws:kinesis:us-east-1:123456789012:stream/x","isFinalInvokeForWindow":true}
            """,
            Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
    }

    [Fact]
    public async Task MapSns_Notifications_AreAnsweredByTopic()
    {
        var other = new MemorySink();
        await using InMemoryFunction function = await StartAsync(builder => builder
            .MapSns("texts", results => results.To(_sink), topic => topic.Source = "inputs")
            .MapSns("other", results => results.To(other), topic => topic.Source = "arn:aws:sns:eu-central-1:123456789012:others"));
        string second = LambdaEvents.Sns("b").Replace(":inputs", ":others", StringComparison.Ordinal);
        string third = LambdaEvents.Sns("c").Replace(":inputs", ":unknown", StringComparison.Ordinal);

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sns("a"), Token);
        await function.InvokeAsync(second, Token);
        InvocationResult unmapped = await function.InvokeAsync(third, Token);

        Assert.Equal("""{"answered":1,"skipped":0}""", result.Text);
        Assert.Equal("a", Text(Assert.Single(_sink.Records)));
        Assert.Equal("other", Text(Assert.Single(other.Records)));
        Assert.Contains("which is not mapped", unmapped.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MapSns_InvalidInput_IsSkippedOrFailsTheInvocation()
    {
        await using InMemoryFunction skipping = await StartAsync(builder => builder.MapSns("texts", results => results.To(_sink)));
        await using InMemoryFunction failing = await StartAsync(builder =>
            builder.MapSns("texts", results => results.To(_sink), topic => topic.SkipInvalidRecords = false));

        InvocationResult skipped = await skipping.InvokeAsync(LambdaEvents.Sns("bad"), Token);
        InvocationResult failed = await failing.InvokeAsync(LambdaEvents.Sns("bad"), Token);

        Assert.Equal("""{"answered":0,"skipped":1}""", skipped.Text);
        Assert.Equal("MessagesFailed", failed.Error?.Type);
        Assert.EndsWith("Bad text.", failed.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MapSns_NextToS3Objects_EachGetsItsNotifications()
    {
        _bucket["photos/a.jpg"] = "photo"u8.ToArray();
        var objects = new MemorySink();
        await using InMemoryFunction function = await StartAsync(builder => builder
            .MapS3Objects("texts", results => results.To(objects))
            .MapSns("texts", results => results.To(_sink)));

        await function.InvokeAsync(LambdaEvents.Sns(LambdaEvents.S3Notification("photos", "a.jpg")), Token);
        await function.InvokeAsync(LambdaEvents.Sns("text"), Token);

        Assert.Equal("s3://photos/a.jpg", Assert.Single(objects.Records).SourceObject?.ToString());
        Assert.Equal("text", Text(Assert.Single(_sink.Records)));
    }

    [Fact]
    public async Task MapEvents_Events_AreAnsweredBySourceAndType()
    {
        var other = new MemorySink();
        await using InMemoryFunction function = await StartAsync(builder => builder
            .MapEvents("texts", results => results.To(_sink), events => (events.Source, events.DetailType) = ("shop", "Review Posted"))
            .MapEvents("other", results => results.To(other), events => (events.Source, events.DetailType) = ("shop", "Order")));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.EventBridge("shop", "Review Posted", """{"text":"a"}"""), Token);
        await function.InvokeAsync(LambdaEvents.EventBridge("shop", "Order", "{}"), Token);
        InvocationResult unmapped = await function.InvokeAsync(LambdaEvents.EventBridge("shop", "Return", "{}"), Token);

        Assert.Equal("""{"answered":1,"skipped":0}""", result.Text);
        Assert.Equal("""{"text":"a"}""", Text(Assert.Single(_sink.Records)));
        Assert.Equal("shop", _sink.Records[0].Origin);
        Assert.Equal("other", Text(Assert.Single(other.Records)));
        Assert.Contains("of 'shop' ('Return'), which is not mapped", unmapped.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MapEvents_SameEventsTwice_Throws()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], new LambdaEnvironment());
        builder.MapEvents("a", results => results.ToNothing(), events => events.Source = "shop");

        var exception = Assert.Throws<InvalidOperationException>(
            () => builder.MapEvents("b", results => results.ToNothing(), events => events.DetailType = "Order"));

        Assert.Contains("with the option Source or DetailType", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MapEvents_EventOfS3WithoutS3Objects_IsAnsweredAndAScheduleIsAWarmup()
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapEvents("texts", results => results.To(_sink)));

        InvocationResult created = await function.InvokeAsync(LambdaEvents.S3ObjectCreated(new ObjectReference("photos", "a")), Token);
        InvocationResult scheduled = await function.InvokeAsync(LambdaEvents.EventBridge("aws.events", "Scheduled Event", "{}"), Token);

        Assert.Equal("""{"answered":1,"skipped":0}""", created.Text);
        Assert.Single(_sink.Records);
        Assert.NotEqual(created.Text, scheduled.Text);
    }

    private static string Text(SinkRecord record) => ((InferenceResult<Answer>)record.Result).Value.Text;

    private static string Sns(string message) => LambdaEvents.SnsMessage(message);

    private static string Event(string detail) => LambdaEvents.EventBridge("shop", "Review Posted", detail);

    private static string Failure(string payload) => $$"""
        {"version":"1.0","timestamp":"2026-11-14T18:16:05.568Z","requestContext":{"requestId":"e4b46cbf","functionArn":
        "arn:aws:lambda:us-east-2:123456789012:function:f:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3},
        "requestPayload":{{payload}},"responseContext":{"statusCode":200,"functionError":"Unhandled"},"responsePayload":null}
        """;

    private static string Pipe(string batch)
    {
        using JsonDocument document = JsonDocument.Parse(batch);
        return document.RootElement.GetProperty("Records").GetRawText();
    }

    private Task<InMemoryFunction> StartAsync(Action<InferenceFunctionBuilder> map) => TestFunction.StartAsync(map, _bucket);
}

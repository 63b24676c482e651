using System.Text;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Tests.Events.S3;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events;

/// <summary>
/// JSON may hold halves of surrogate pairs, and bytes that are no UTF-8: .NET cannot make a string of them, and senders can write them.
/// </summary>
public sealed class HalfCharacterTests
{
    private const string Half = "\\ud800";

    private readonly FakeBucket _bucket = new();
    private readonly MemorySink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{\"base64\":\"" + Half + "\"}")]
    [InlineData("{\"s3\":\"" + Half + "\"}")]
    [InlineData("{\"base64\":\"YQ==\",\"" + Half + "\":\"b\"}")]
    public async Task Sqs_Message_DoesNotFailTheOthers(string body)
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapSqs("texts", results => results.To(_sink), options => options.References.Buckets.Add("photos")), _bucket);

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs("a", body, "c"), Token);

        Assert.Null(result.Error);
        Assert.Contains("message-1", _sink.Records.Select(record => record.Id));
        Assert.Contains("message-3", _sink.Records.Select(record => record.Id));
    }

    [Fact]
    public async Task SqsWithNotifications_Message_DoesNotFailTheOthers()
    {
        _bucket["photos/a"] = "1"u8.ToArray();
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapS3Objects("texts", results => results.To(_sink)), _bucket);
        string good = LambdaEvents.S3Notification("photos", "a");

        InvocationResult first = await function.InvokeAsync(LambdaEvents.Sqs(Damaged(good), good), Token);
        InvocationResult last = await function.InvokeAsync(LambdaEvents.Sqs(good, Damaged(good)), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-1"}]}""", first.Text);
        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-2"}]}""", last.Text);
        Assert.Equal(2, _sink.Records.Count);

        static string Damaged(string notification) => notification.Replace("\"photos\"", $"\"{Half}\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinesis_ChangeOfATable_BecomesAnErrorResult()
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapKinesis("texts", results => results.To(_sink), options => options.Attribute = "text"), _bucket);

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Kinesis(
                Change("a"),
                Change(Half),
                [.. "{\"eventName\":\""u8, 0xFF, .. "\",\"dynamodb\":{\"NewImage\":{\"text\":{\"S\":\"b\"}}}}"u8],
                Change("d")), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(["sequence-1", "sequence-2", "sequence-3", "sequence-4"], _sink.Records.Select(record => record.Id));
        Assert.True(_sink.Records[0].Result.IsSuccess);
        Assert.IsType<InvalidInputException>(_sink.Records[1].Result.Error);
        Assert.True(_sink.Records[3].Result.IsSuccess);

        static byte[] Change(string text) =>
            Encoding.UTF8.GetBytes("{\"eventName\":\"INSERT\",\"dynamodb\":{\"NewImage\":{\"text\":{\"S\":\"" + text + "\"}}}}");
    }

    [Theory]
    [InlineData("{\"" + Half + "\":1}")]
    [InlineData("{\"B\":\"" + Half + "\"}")]
    [InlineData("{\"S\":1,\"B" + Half + "\":1}")]
    public async Task Kinesis_AttributeOfAChange_BecomesAnErrorResult(string value)
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapKinesis("texts", results => results.To(_sink), options => options.Attribute = "text"), _bucket);
        byte[] change = Encoding.UTF8.GetBytes("{\"eventName\":\"INSERT\",\"dynamodb\":{\"NewImage\":{\"text\":" + value + "}}}");

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Kinesis(change), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.IsType<InvalidInputException>(Assert.Single(_sink.Records).Result.Error);
    }

    [Theory]
    [InlineData("{\"text\":\"" + Half + "\"}")]
    [InlineData("{\"s3\":\"" + Half + "\"}")]
    [InlineData("{\"model\":\"" + Half + "\",\"text\":\"a\"}")]
    [InlineData("{\"" + Half + "\":\"a\"}")]
    public async Task Direct_Call_IsTheCallersMistake(string payload)
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.UseWarmup().MapDirect("texts", configure: options => options.References.Buckets.Add("photos")), _bucket);

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Equal("InvalidInputException", result.Error?.Type);
    }

    [Fact]
    public async Task Http_Body_IsTheCallersMistakeOrTheInputItself()
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(builder => builder.MapHttp("texts"), _bucket);

        int status =
            (
                await function.InvokeAsync(
                    LambdaEvents.HttpApi("POST", "/", Encoding.ASCII.GetBytes("{\"base64\":\"" + Half + "\"}")), Token)).ReadHttp().Status;

        Assert.Contains(status, new[] { 200, 400, 422 });
    }

    [Fact]
    public async Task Handler_AnswersAndErrorsAndLogs_AreWritten()
    {
        using var log = new MemoryStream();
        await using InMemoryFunction function = await InMemoryFunction.StartAsync(
            builder =>
            {
                builder.LogOutput = () => log;
                builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (question, _, _) => question.Text switch
                {
                    "refuse" => throw new InvalidInputException("Half: \ud800."),
                    "throw" => throw new FormatException("Half: \udc00."),
                    _ => ValueTask.FromResult(new Answer("half \ud800", 1)),
                });
            },
            environment: new LambdaEnvironment { LogsJson = true },
            cancellationToken: Token);

        InvocationResult answer = await function.InvokeAsync("""{"Text":"x"}""", Token);
        InvocationResult refused = await function.InvokeAsync("""{"Text":"refuse"}""", Token);
        InvocationResult failed = await function.InvokeAsync("""{"Text":"throw"}""", Token);

        Assert.Equal("half \ufffd", answer.ReadJson().GetProperty("Text").GetString());
        Assert.Equal("Half: \ufffd.", refused.ReadJson().GetProperty("errorMessage").GetString());
        Assert.Equal("FormatException", failed.Error?.Type);
        Assert.Equal(2, Encoding.UTF8.GetString(log.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Warmup_LookingEvent_ReachesTheHandler()
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder =>
                builder.UseWarmup().MapHandler((payload, _, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>("\"mine\""u8.ToArray())),
                _bucket);

        InvocationResult result = await function.InvokeAsync("{\"warmup\":false,\"model\":\"" + Half + "\"}", Token);

        Assert.Equal("\"mine\"", result.Text);
    }
}

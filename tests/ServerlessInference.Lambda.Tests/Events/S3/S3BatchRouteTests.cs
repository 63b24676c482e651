using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.S3;

public sealed class S3BatchRouteTests
{
    private readonly FakeBucket _bucket = new();
    private readonly MemorySink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.0")]
    [InlineData("2.0")]
    public async Task Tasks_EachHasItsResultCode(string schema)
    {
        _bucket["photos/a b.jpg"] = "x"u8.ToArray();
        _bucket["photos/bad"] = "bad"u8.ToArray();
        _bucket.Fails = place => place == "photos/slow" ? new IOException("Reset.") : null;
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapS3Batch("texts", results => results.To(_sink)), _bucket);

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.S3Batch(schema, "photos", "a b.jpg", "bad", "slow", "gone"), Token);

        Assert.Equal(
            $$"""{"invocationSchemaVersion":"{{schema}}","treatMissingKeysAs":"Temporary""" +
            """Failure","invocationId":"YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo","results":[""" +
            """{"taskId":"task-1","resultCode":"Succeeded","resultString":"{\"Text\":\"x\",\"Number\":1}"},""" +
            """{"taskId":"task-2","resultCode":"PermanentFailure","resultString":"InvalidInputException: Bad text."},""" +
            """{"taskId":"task-3","resultCode":"TemporaryFailure","resultString":"IOException: the function's log says why."},""" +
            """{"taskId":"task-4","resultCode":"PermanentFailure","resultString":"InvalidInputException: s3://photos/gone """ +
            """does not exist, or was deleted. Check the key (it must not be URL-encoded) and the version."}]}""",
            result.Text);
        Assert.Equal(3, _sink.Records.Count);
    }

    [Fact]
    public async Task LongAnswer_IsShortenedInTheReport()
    {
        _bucket["photos/a"] = [.. Enumerable.Repeat((byte)'x', 3000)];
        await using InMemoryFunction function = await TestFunction.StartAsync(builder => builder.MapS3Batch("texts"), _bucket);

        InvocationResult result = await function.InvokeAsync(LambdaEvents.S3Batch("1.0", "photos", "a"), Token);

        Assert.Equal(1024, result.ReadJson().GetProperty("results")[0].GetProperty("resultString").GetString()!.Length);
    }

    [Fact]
    public async Task UserArgument_NamesTheModel()
    {
        _bucket["photos/a"] = "x"u8.ToArray();
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapS3Batch("texts").MapS3Batch("other"), _bucket);
        string payload = LambdaEvents.S3Batch("2.0", "photos", "a");

        InvocationResult result = await function.InvokeAsync(
            payload.Replace("\"job\":{", "\"job\":{\"userArguments\":{\"model\":\"other\"},", StringComparison.Ordinal), Token);
        InvocationResult unknown = await function.InvokeAsync(
            payload.Replace("\"job\":{", "\"job\":{\"userArguments\":{\"model\":\"x\"},", StringComparison.Ordinal), Token);

        Assert.Contains("other", result.Text, StringComparison.Ordinal);
        Assert.Contains("Mapped: S3 Batch Operations (model 'texts', model 'other')", unknown.Error?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"invocationSchemaVersion":"3.0","invocationId":"i","tasks":[]}""", "schema version is neither 1.0 nor 2.0")]
    [InlineData("""{"invocationSchemaVersion":"1.0","tasks":[]}""", "is damaged")]
    [InlineData("""{"invocationSchemaVersion":"1.0","invocationId":"i","tasks":[{"taskId":"t","s3Key":"k"}]}""", "is damaged")]
    [InlineData("""{"invocationSchemaVersion":"1.0","invocationId":"i","tasks":5}""", "is damaged")]
    public async Task Damaged_Event_IsReportedAsDamaged(string payload, string expected)
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(builder => builder.MapS3Batch("texts"), _bucket);

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Contains("an S3 Batch Operations task", result.Error?.Message, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error?.Message, StringComparison.Ordinal);
    }
}

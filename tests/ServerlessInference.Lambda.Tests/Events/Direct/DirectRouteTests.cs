using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Tests.Events.S3;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Direct;

public sealed class DirectRouteTests
{
    private const string Model = "{\"model\":{\"name\":\"texts\",\"version\":\"7\",\"source\":\"fake:texts\"},\"result\":";

    private readonly FakeBucket _bucket = new();
    private readonly MemorySink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"text":"hello"}""", "hello")]
    [InlineData("""{"base64":"aGVsbG8="}""", "hello")]
    [InlineData("""{"json":{"a":1},"model":"texts"}""", "{\\\"a\\\":1}")]
    [InlineData("""{"s3":"s3://photos/a"}""", "object")]
    [InlineData("""{"bucket":"photos","key":"a","versionId":null}""", "object")]
    [InlineData("""{"model":"texts","bucket":"photos","key":"a"}""", "object")]
    public async Task OneInput_IsAnswered(string payload, string expected)
    {
        _bucket["photos/a"] = "object"u8.ToArray();
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.StartsWith($"{Model}{{\"Text\":\"{expected}\"", result.Text, StringComparison.Ordinal);
        Assert.Single(_sink.Records);
    }

    [Theory]
    [InlineData("""{"base64":"aGVsbG8=","filename":"a.txt","state":{"step":3}}""")]
    [InlineData("""{"s3":"s3://photos/a","comment":"x","n":[1]}""")]
    [InlineData("""{"bucket":"photos","key":"a","versionId":"","comment":{}}""")]
    public async Task Direct_ExtraMembers_AreIgnored(string call)
    {
        var bucket = new S3.FakeBucket();
        bucket["photos/a"] = "hello"u8.ToArray();
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapDirect("texts", configure: options => options.References.Buckets.Add("photos")), bucket);

        InvocationResult result = await function.InvokeAsync(call, TestContext.Current.CancellationToken);

        Assert.Contains("\"Text\":\"hello\"", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(600, false)]
    public async Task Direct_DeepJson_IsReadUpToALimit(int depth, bool isRead)
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(builder => builder.MapDirect("texts"));
        string deep = new string('[', depth) + new string(']', depth);

        InvocationResult result = await function.InvokeAsync($$"""{"json":{{deep}}}""", TestContext.Current.CancellationToken);

        Assert.Equal(isRead, result.Error is null);
        Assert.True(isRead || result.Error!.Message.Contains("More than 512 levels of nesting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SeveralInputs_EachHasItsAnswerOrError()
    {
        _bucket["photos/a"] = "object"u8.ToArray();
        _bucket.Fails = place => place == "photos/slow" ? new IOException("Reset.") : null;
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(
            """{"inputs":[{"text":"a"},{"text":"bad"},{"s3":"s3://photos/a"},{"s3":"s3://secret/a"},5,{"s3":"s3://photos/slow"}]}""",
            Token);

        Assert.Equal(
            """{"results":[""" + Model + """{"Text":"a","Number":1}},""" +
            """{"error":{"type":"InvalidInputException","message":"Bad text."}},""" +
            Model + """{"Text":"object","Number":6}},""" +
            """{"error":{"type":"InvalidInputException","message":"The object that the input names may not be """ +
            """named here. The function's References.Buckets lists what may be named."}},""" +
            """{"error":{"type":"InvalidInputException","message":"The event was recognised as a direct call, but it contains no input """ +
            """of a kind that is known and allowed here. Expected: base64, text, json, s3, bucket and key, or url (the last three """ +
            """if References allows them), or inputs with a list of such objects, and model if several models are mapped."}},""" +
            """{"error":{"type":"IOException","message":"The input could not be answered; the function's log says why."}}]}""",
            result.Text);
    }

    [Fact]
    public async Task DistributedMap_ItemsAreAnswered()
    {
        _bucket["photos/a"] = "object"u8.ToArray();
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(
            """{"BatchInput":{"bucket":"photos"},"Items":[{"Key":"a","Etag":"\"x\"","Size":6},{"Bucket":"photos","Key":"a"}]}""", Token);

        Assert.Equal(2, result.ReadJson().GetProperty("results").GetArrayLength());
        Assert.DoesNotContain("error", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvalidInput_FailsTheInvocation()
    {
        await using InMemoryFunction function = await StartAsync();

        Assert.Equal(
            new FunctionError("InvalidInputException", "Bad text."), (await function.InvokeAsync("""{"text":"bad"}""", Token)).Error);
        Assert.Equal("The input is not valid base64.", (await function.InvokeAsync("""{"base64":"%"}""", Token)).Error?.Message);
        Assert.Contains(
            "The call names a model that is not mapped. Mapped: direct calls (model 'texts', model 'other')",
            (await function.InvokeAsync("""{"model":"x"}""", Token)).Error?.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "is a JSON Number rather than an object", (await function.InvokeAsync("5", Token)).Error?.Message, StringComparison.Ordinal);
        Assert.Contains(
            "no input of a kind that is known",
            (await function.InvokeAsync("""{"question":"?"}""", Token)).Error?.Message,
            StringComparison.Ordinal);
    }

    private Task<InMemoryFunction> StartAsync() => TestFunction.StartAsync(
        builder => builder
            .MapDirect("texts", results => results.To(_sink), options => options.References.Buckets.Add("photos"))
            .MapDirect("other"),
        _bucket);
}

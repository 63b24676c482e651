using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Tests.Events.S3;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Inputs;

public sealed class ReferenceTests
{
    private readonly FakeBucket _bucket = new();
    private readonly MemorySink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("photos", "photos", "a", true)]
    [InlineData("photos", "photos2", "a", false)]
    [InlineData("photos/in/", "photos", "in/a", true)]
    [InlineData("photos/in/", "photos", "out/a", false)]
    [InlineData("*", "anything", "a", true)]
    public void Allows_Object_ByBucketAndPrefix(string allowed, string bucket, string key, bool expected)
    {
        var options = new ReferenceOptions();
        options.Buckets.Add(allowed);

        Assert.Equal(expected, options.Allows(bucket, key));
    }

    [Theory]
    [InlineData("", "https://a.example.com/x", true)]
    [InlineData("", "https://a.example.com:8443/x", false)]
    [InlineData("a.example.com", "https://A.example.com/x", true)]
    [InlineData("a.example.com", "https://b.example.com/x", false)]
    [InlineData("*.example.com", "https://b.example.com/x", true)]
    [InlineData("*.example.com", "https://example.com/x", false)]
    [InlineData("*.example.com", "https://notexample.com/x", false)]
    [InlineData("a.example.com:8443", "https://a.example.com:8443/x", true)]
    [InlineData("a.example.com:8443", "https://a.example.com/x", false)]
    public void Allows_Url_ByHostAndPort(string allowed, string url, bool expected)
    {
        var options = new ReferenceOptions();
        if (allowed.Length > 0)
        {
            options.Hosts.Add(allowed);
        }

        Assert.Equal(expected, options.Allows(new Uri(url)));
    }

    [Theory]
    [InlineData("""{"s3":"s3://photos/a%20b"}""")]
    [InlineData(""" {"bucket":"photos","key":"a b"} """)]
    [InlineData("s3://photos/a%20b\n")]
    public async Task Sqs_Reference_IsFetched(string body)
    {
        _bucket["photos/a b"] = "object"u8.ToArray();
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs(body), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(["""s3://photos/a b {"Text":"object","Number":6}"""], _sink.Written);
    }

    [Theory]
    [InlineData("""{"s3":"s3://photos/a","more":1}""")]
    [InlineData("""{"question":"what?"}""")]
    [InlineData("""{"url":"https://example.com/"}""")]
    [InlineData("""{"s3":5}""")]
    [InlineData("{\"s3\":")]
    [InlineData("s3 is a service")]
    public async Task Sqs_NoReference_IsTheInputItself(string body)
    {
        await using InMemoryFunction function = await StartAsync();

        await function.InvokeAsync(LambdaEvents.Sqs(body), Token);

        Assert.Equal(body.Length, ((InferenceResult<Answer>)Assert.Single(_sink.Records).Result).Value.Number);
        Assert.Empty(_bucket.Asked);
    }

    [Theory]
    [InlineData("""{"s3":"s3://secret/a"}""")]
    [InlineData("""{"s3":"s3://photos/"}""")]
    [InlineData("""{"s3":"photos"}""")]
    [InlineData("""{"base64":"%"}""")]
    public async Task Sqs_ForbiddenOrDamagedReference_IsReported(string body)
    {
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs(body), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-1"}]}""", result.Text);
        Assert.Empty(_bucket.Asked);
    }

    [Fact]
    public async Task Http_ReferenceAndBase64_AreAnsweredAndStored()
    {
        _bucket["photos/a"] = "object"u8.ToArray();
        await using InMemoryFunction function = await StartAsync();

        HttpResult byReference =
            (await function.InvokeAsync(LambdaEvents.HttpApiText("POST", "/", """{"s3":"s3://photos/a"}"""), Token)).ReadHttp();
        HttpResult base64 =
            (await function.InvokeAsync(LambdaEvents.HttpApiText("POST", "/", """{"base64":"aGVsbG8="}"""), Token)).ReadHttp();

        Assert.Contains("\"Text\":\"object\"", byReference.Text, StringComparison.Ordinal);
        Assert.Contains("\"Text\":\"hello\"", base64.Text, StringComparison.Ordinal);
        Assert.Equal("s3://photos/a", _sink.Records[0].SourceObject?.ToString());
        Assert.Equal(2, _sink.Records.Count);
    }

    [Fact]
    public async Task Http_ReferencesThatCannotBeUsed_HaveTheirStatus()
    {
        _bucket.Fails = place => place == "photos/slow" ? new IOException("Reset.") : null;
        _bucket["photos/large"] = new byte[50];
        await using InMemoryFunction function = await StartAsync();

        Assert.Equal(422, await StatusAsync("""{"s3":"s3://secret/a"}"""));
        Assert.Equal(422, await StatusAsync("""{"s3":"s3://photos/gone"}"""));
        Assert.Equal(413, await StatusAsync("""{"s3":"s3://photos/large"}"""));
        Assert.Equal(502, await StatusAsync("""{"s3":"s3://photos/slow"}"""));
        Assert.Equal(400, await StatusAsync("""{"base64":"%"}"""));

        async Task<int> StatusAsync(string body) =>
            (await function.InvokeAsync(LambdaEvents.HttpApiText("POST", "/", body), Token)).ReadHttp().Status;
    }

    [Theory]
    [InlineData("https://127.0.0.1/a")]
    [InlineData("https://localhost/a")]
    [InlineData("https://[::1]/a")]
    [InlineData("https://[::ffff:169.254.169.254]/latest/meta-data/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://0x7f000001/a")]
    [InlineData("https://2130706433/a")]
    [InlineData("https://10.0.0.1/a")]
    [InlineData("http://example.com/a")]
    [InlineData("https://user:secret@example.com/a")]
    [InlineData("https://example.com:9001/2018-06-01/runtime/invocation/next")]
    [InlineData("file:///etc/passwd")]
    public async Task Http_UrlOfTheFunctionsOwnNetwork_IsRefused(string url)
    {
        await using InMemoryFunction function = await TestFunction.StartAsync(
            builder => builder.MapHttp("texts", configure: options => options.References.Https = true));

        HttpResult answer =
            (await function.InvokeAsync(LambdaEvents.HttpApiText("POST", "/", $$"""{"url":"{{url}}"}"""), Token)).ReadHttp();

        Assert.Contains(answer.Status, new[] { 400, 422 });
        Assert.DoesNotContain(url, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WrongLimits_AreAllReported()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestFunction.StartAsync(builder => builder.MapHttp("texts", configure: options =>
            {
                options.References.MaxBytes = 0;
                options.References.MaxRedirects = 21;
                options.References.Timeout = TimeSpan.Zero;
                options.References.Hosts.Add("example.com");
            })));

        Assert.Equal(4, exception.Failures.Count());
    }

    private Task<InMemoryFunction> StartAsync() => TestFunction.StartAsync(
        builder => builder
            .MapSqs("texts", results => results.To(_sink), options => options.References.Buckets.Add("photos"))
            .MapHttp("texts", "/", results => results.To(_sink), options =>
            {
                options.References.Buckets.Add("photos");
                options.References.MaxBytes = 40;
            }),
        _bucket);
}

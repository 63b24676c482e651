using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Http;

public sealed class MapHttpTests
{
    private static readonly byte[] Input = [0, 1, 2, 3, 250, 251, 252, 253, 254, 255];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Posts => new(
        LambdaEvents.HttpApi("POST", "/", Input),
        LambdaEvents.HttpApi("POST", "/anything/else", Input),
        LambdaEvents.HttpApi("POST", "/", Input).Replace("/", "\\/", StringComparison.Ordinal),
        LambdaEvents.RestApi("POST", "/", Input),
        LambdaEvents.LoadBalancer("POST", "/", Input));

    [Theory]
    [MemberData(nameof(Posts))]
    public async Task Post_BodyInBase64_IsDecodedAndAnswered(string payload)
    {
        FakePipeline<ReadOnlyMemory<byte>, Answer>? fake = null;
        byte[] seen = [];
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            fake = builder.AddFakeModel("shapes", (input, _) =>
            {
                seen = input.ToArray();
                return ValueTask.FromResult(new Answer("\"quoted\" äöü", input.Length));
            });
            builder.MapHttp("shapes");
        }, cancellationToken: Token);

        HttpResult http = (await function.InvokeAsync(payload, Token)).ReadHttp();

        Assert.Equal(200, http.Status);
        Assert.Equal("application/json", http.Headers["Content-Type"]);
        Assert.Equal(
            """{"model":{"name":"shapes","version":"7","source":"fake:shapes"},"result":{"Text":"\"quoted\" äöü","Number":10}}""",
            http.Text);
        Assert.Equal(Input, seen);
    }

    [Fact]
    public async Task Post_BodyOfText_IsGivenAsUtf8()
    {
        string? seen = null;
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.AddFakeModel("texts", (input, _) =>
            {
                seen = Encoding.UTF8.GetString(input.Span);
                return ValueTask.FromResult(new Answer("ok"));
            });
            builder.MapHttp("texts");
        }, cancellationToken: Token);

        HttpResult http =
            (await function.InvokeAsync(LambdaEvents.HttpApiText("POST", "/", """{"text":"Grüße \\ 😀"}"""), Token)).ReadHttp();

        Assert.Equal(200, http.Status);
        Assert.Equal("""{"text":"Grüße \\ 😀"}""", seen);
    }

    [Theory]
    [InlineData(InvalidInputKind.Malformed, 400)]
    [InlineData(InvalidInputKind.UnsupportedFormat, 415)]
    [InlineData(InvalidInputKind.TooLarge, 413)]
    [InlineData(InvalidInputKind.Unprocessable, 422)]
    public async Task Post_InputThatCannotBeUsed_AnswersProblemDetails(InvalidInputKind kind, int status)
    {
        await using var function = await FailingAsync(new InvalidInputException(kind, "No picture."));

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", Input), Token)).ReadHttp();

        Assert.Equal(status, http.Status);
        Assert.Equal("application/problem+json", http.Headers["content-type"]);
        JsonElement problem = http.ReadJson();
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal("No picture.", problem.GetProperty("detail").GetString());
        Assert.Equal("request-1", problem.GetProperty("requestId").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
    }

    [Fact]
    public async Task Post_UnknownException_HidesItsMessage()
    {
        await using var function = await FailingAsync(new FormatException("a secret"));

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", Input), Token)).ReadHttp();

        Assert.Equal(500, http.Status);
        Assert.DoesNotContain("secret", http.Text, StringComparison.Ordinal);
        Assert.Contains("request-1", http.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ModelThatCannotBeLoaded_Answers503WithRetryAfter()
    {
        await using var function = await FailingAsync(new ModelLoadException("The bucket is empty."));

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", Input), Token)).ReadHttp();

        Assert.Equal(503, http.Status);
        Assert.Equal("5", http.Headers["Retry-After"]);
        Assert.DoesNotContain("bucket", http.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Post_WithoutABody_Answers400(string? body)
    {
        await using var function = await StartAsync("shapes");

        HttpResult http = (await function.InvokeAsync(
            LambdaEvents.HttpApi("POST", "/", body is null ? null : Encoding.UTF8.GetBytes(body)), Token)).ReadHttp();

        Assert.Equal(400, http.Status);
        Assert.Contains("no body", http.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_BrokenBase64_Answers400()
    {
        await using var function = await StartAsync("shapes");
        string payload = LambdaEvents.HttpApi("POST", "/", Input).Replace("\"body\":\"", "\"body\":\"!!", StringComparison.Ordinal);

        HttpResult http = (await function.InvokeAsync(payload, Token)).ReadHttp();

        Assert.Equal(400, http.Status);
        Assert.Contains("base64", http.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version":"2.0","routeKey":"$default","requestContext":{"http":{"method":5}}}""")]
    [InlineData("""{"version":"2.0","routeKey":"$default","rawPath":[1""")]
    public async Task Post_DamagedEvent_Answers400(string payload)
    {
        await using var function = await StartAsync("shapes");

        HttpResult http = (await function.InvokeAsync(payload, Token)).ReadHttp();

        Assert.Equal(400, http.Status);
    }

    [Fact]
    public async Task Post_AnswerOverTheLimit_Answers413()
    {
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.AddFakeModel("shapes", (_, _) => ValueTask.FromResult(new Answer(new string('"', 2 * 1024 * 1024))));
            builder.MapHttp("shapes");
        }, cancellationToken: Token);

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", Input), Token)).ReadHttp();

        Assert.Equal(413, http.Status);
        Assert.Contains("6,291,556", http.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_DeadlineReached_Answers504()
    {
        var clock = new FakeTimeProvider();
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.AddFakeModel("shapes", async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return new Answer("never");
            });
            builder.MapHttp("shapes");
        }, clock, cancellationToken: Token);
        function.Timeout = TimeSpan.FromSeconds(3);
        Task<InvocationResult> invocation = function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", Input), Token);

        clock.Advance(TimeSpan.FromSeconds(2.4));
        Assert.False(invocation.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));

        HttpResult http = (await invocation).ReadHttp();
        Assert.Equal(504, http.Status);
    }

    [Fact]
    public async Task Get_ModelNotLoaded_AnswersWithItsState()
    {
        await using var function = await StartAsync("shapes");

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("GET", "/"), Token)).ReadHttp();

        Assert.Equal(200, http.Status);
        Assert.Equal("""{"name":"shapes","state":"not loaded"}""", http.Text);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task OtherMethods_Answer405WithAllow(string method)
    {
        await using var function = await StartAsync("shapes");

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi(method, "/", Input), Token)).ReadHttp();

        Assert.Equal(405, http.Status);
        Assert.Equal("GET, HEAD, POST", http.Headers["Allow"]);
    }

    [Theory]
    [InlineData("/shapes", "$default", "shapes")]
    [InlineData("/shapes/", "$default", "shapes")]
    [InlineData("/prod/shapes", "prod", "shapes")]
    [InlineData("/digits", "$default", "digits")]
    public async Task Post_SeveralModels_GoByPath(string path, string stage, string model)
    {
        await using var function = await StartAsync("shapes", "digits");

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", path, Input, stage: stage), Token)).ReadHttp();

        Assert.Equal(200, http.Status);
        Assert.Equal(model, http.ReadJson().GetProperty("model").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Post_SeveralModelsUnknownPath_Answers404WithTheMappedPaths()
    {
        await using var function = await StartAsync("shapes", "digits");

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/faces", Input), Token)).ReadHttp();

        Assert.Equal(404, http.Status);
        Assert.Contains("/shapes, /digits", http.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Initialize_WrongMappings_AreAllReported()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => InMemoryFunction.StartAsync(builder =>
        {
            builder.AddFakeModel("shapes");
            builder.MapHttp("shapes", "/a").MapHttp("shapes", "/a/").MapHttp("faces", "/b");
        }, cancellationToken: Token));

        Assert.Contains("'/a/' is mapped twice", exception.Message, StringComparison.Ordinal);
        Assert.Contains("there is no model 'faces'. Registered: 'shapes'.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shapes")]
    [InlineData("/shapes/{id}")]
    [InlineData("/shapes?x")]
    public void MapHttp_InvalidPath_Throws(string pattern) =>
        Assert.Throws<ArgumentException>(() => InferenceFunction.CreateBuilder([], new LambdaEnvironment()).MapHttp("shapes", pattern));

    private static Task<InMemoryFunction> FailingAsync(Exception exception) => InMemoryFunction.StartAsync(builder =>
    {
        builder.LogOutput = () => Stream.Null;
        builder.AddFakeModel("shapes", (_, _) => throw exception);
        builder.MapHttp("shapes");
    }, cancellationToken: Token);

    private static Task<InMemoryFunction> StartAsync(params string[] models) => InMemoryFunction.StartAsync(builder =>
    {
        builder.LogOutput = () => Stream.Null;
        foreach (string model in models)
        {
            builder.AddFakeModel(model);
            builder.MapHttp(model, models.Length == 1 ? "/" : "/" + model);
        }
    }, cancellationToken: Token);
}

using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Http;

public sealed class HttpPathTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // A REST API's path comes without the stage, that of an HTTP API with it; a path may be called like the stage.
    [Theory]
    [InlineData("/prod", "prod")]
    [InlineData("/prod/", "prod")]
    [InlineData("/prod/prod", "prod")]
    [InlineData("/prod/other", "other")]
    public async Task Post_PathNamedLikeTheStage_IsFoundWithAndWithoutIt(string path, string model)
    {
        await using var function = await InMemoryFunction.StartAsync(
            builder =>
            {
                builder.AddFakeModel("prod");
                builder.AddFakeModel("other");
                builder.MapHttp("prod", "/prod").MapHttp("other", "/other");
            },
            cancellationToken: Token);

        string[] payloads =
        [
            LambdaEvents.RestApi("POST", path, new byte[1]),
            LambdaEvents.HttpApi("POST", path, new byte[1], stage: "prod"),
        ];
        foreach (string payload in payloads)
        {
            HttpResult http = (await function.InvokeAsync(payload, Token)).ReadHttp();

            Assert.Equal(200, http.Status);
            Assert.Equal(model, http.ReadJson().GetProperty("model").GetProperty("name").GetString());
        }
    }

    [Theory]
    [InlineData("/v1/shapes", "$default", 200)]
    [InlineData("/v1/shapes/", "prod", 200)]
    [InlineData("/prod/v1/shapes", "prod", 200)]
    [InlineData("/shapes", "prod", 200)]
    [InlineData("/models/eu/shapes", "$default", 200)]
    [InlineData("/v1", "$default", 404)]
    [InlineData("/v12/shapes", "$default", 404)]
    [InlineData("/v2/shapes", "$default", 404)]
    public async Task Post_BasePathOfADomain_IsStripped(string path, string stage, int status)
    {
        await using var function = await InMemoryFunction.StartAsync(
            builder =>
            {
                builder.AddFakeModel("shapes");
                builder.AddFakeModel("digits");
                builder.MapHttp("shapes", "/shapes").MapHttp("digits", "/digits").StripBasePath("/v1").StripBasePath("/models/eu/");
            },
            cancellationToken: Token);

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", path, new byte[1], stage: stage), Token)).ReadHttp();

        Assert.Equal(status, http.Status);
    }

    [Fact]
    public async Task Post_PathMappedAsItIs_ComesBeforeABasePath()
    {
        await using var function = await InMemoryFunction.StartAsync(
            builder =>
            {
                builder.AddFakeModel("old");
                builder.AddFakeModel("new");
                builder.MapHttp("new", "/shapes").MapHttp("old", "/v1/shapes").StripBasePath("/v1");
            },
            cancellationToken: Token);

        HttpResult http = (await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/v1/shapes", new byte[1]), Token)).ReadHttp();

        Assert.Equal("old", http.ReadJson().GetProperty("model").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("/")]
    [InlineData("")]
    public void StripBasePath_NoPath_Throws(string basePath) => Assert.Throws<ArgumentException>(
        () => InferenceFunction.CreateBuilder([], new Lambda.Invocations.LambdaEnvironment()).StripBasePath(basePath));
}

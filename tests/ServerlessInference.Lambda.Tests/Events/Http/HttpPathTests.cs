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
}

using Microsoft.Extensions.Options;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Http;

public sealed class CorsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://example.com", "https://example.com")]
    [InlineData("https://other.example", null)]
    public async Task Post_OriginOfAPage_IsAllowedIfItIsListed(string origin, string? expected)
    {
        await using var function = await StartAsync("https://example.com");

        HttpResult http = (await function.InvokeAsync(Event("POST", origin), Token)).ReadHttp();

        Assert.Equal(200, http.Status);
        Assert.Equal(expected, http.Headers.GetValueOrDefault("access-control-allow-origin"));
        Assert.Equal(expected is null ? null : "Origin", http.Headers.GetValueOrDefault("vary"));
    }

    [Fact]
    public async Task Post_ThatFails_IsReadableByThePageToo()
    {
        await using var function = await StartAsync("*");
        string payload = Event("POST", "https://a.example").Replace("\"body\":\"AQID\",", string.Empty, StringComparison.Ordinal);

        HttpResult http = (await function.InvokeAsync(payload, Token)).ReadHttp();

        Assert.Equal(400, http.Status);
        Assert.Equal("*", http.Headers["access-control-allow-origin"]);
    }

    [Fact]
    public async Task Options_Preflight_IsAnsweredWithoutABody()
    {
        await using var function = await StartAsync("https://example.com");

        HttpResult http = (await function.InvokeAsync(Event("OPTIONS", "https://example.com"), Token)).ReadHttp();

        Assert.Equal(204, http.Status);
        Assert.Empty(http.Text);
        Assert.Equal("https://example.com", http.Headers["access-control-allow-origin"]);
        Assert.Equal("GET, HEAD, POST", http.Headers["access-control-allow-methods"]);
        Assert.Equal("content-type", http.Headers["access-control-allow-headers"]);
        Assert.Equal("600", http.Headers["access-control-max-age"]);
    }

    [Theory]
    [InlineData("POST", "/", 200)]
    [InlineData("OPTIONS", "/", 204)]
    [InlineData("PUT", "/", 405)]
    public async Task LoadBalancer_WithMultiValueHeaders_IsReadAndAnsweredInThem(string method, string path, int status)
    {
        await using var function = await StartAsync("https://example.com");
        string payload = LambdaEvents.LoadBalancer(method, path, new byte[] { 1 })
            .Replace("\"headers\":{", "\"multiValueHeaders\":{\"Origin\":[\"https://example.com\"],", StringComparison.Ordinal)
            .Replace("\"application/octet-stream\"", "[\"application/octet-stream\"]", StringComparison.Ordinal)
            .Replace("\"function.example.com\"", "[\"function.example.com\"]", StringComparison.Ordinal);

        InvocationResult result = await function.InvokeAsync(payload, Token);

        // A load balancer that sends lists of values takes nothing else: the answer's other headers would be dropped.
        System.Text.Json.JsonElement answer = result.ReadJson();
        Assert.False(answer.TryGetProperty("headers", out _));
        Assert.Equal(
            "https://example.com", answer.GetProperty("multiValueHeaders").GetProperty("access-control-allow-origin")[0].GetString());
        Assert.Equal((status, "https://example.com"), (result.ReadHttp().Status, result.ReadHttp().Headers["access-control-allow-origin"]));
    }

    [Fact]
    public async Task RestApi_WithBothKindsOfHeaders_IsAnsweredInSingleOnes()
    {
        await using var function = await StartAsync("https://example.com");
        string payload = LambdaEvents.RestApi("POST", "/", new byte[] { 1 })
            .Replace(
                "\"headers\":{",
                "\"multiValueHeaders\":{\"Origin\":[\"https://example.com\"]},\"headers\":{\"Origin\":\"https://example.com\",",
                StringComparison.Ordinal);

        HttpResult http = (await function.InvokeAsync(payload, Token)).ReadHttp();

        Assert.Equal("application/json", http.Headers["content-type"]);
        Assert.Equal("https://example.com", http.Headers["access-control-allow-origin"]);
    }

    [Fact]
    public async Task Options_WithoutCors_Answers405()
    {
        await using var function = await InMemoryFunction.StartAsync(builder =>
        {
            builder.AddFakeModel();
            builder.MapHttp("shapes");
        }, cancellationToken: Token);

        Assert.Equal(405, (await function.InvokeAsync(Event("OPTIONS", "https://example.com"), Token)).ReadHttp().Status);
    }

    [Theory]
    [InlineData("POST", "https://example.com", "true")]
    [InlineData("OPTIONS", "https://example.com", "true")]
    [InlineData("POST", "https://other.example", null)]
    public async Task Request_AllowCredentials_IsSaidToAllowedPagesOnly(string method, string origin, string? expected)
    {
        await using var function = await StartAsync("https://example.com", credentials: true);

        HttpResult http = (await function.InvokeAsync(Event(method, origin), Token)).ReadHttp();

        Assert.Equal(expected, http.Headers.GetValueOrDefault("access-control-allow-credentials"));
    }

    [Fact]
    public async Task Post_WithoutAllowCredentials_DoesNotAllowThem()
    {
        await using var function = await StartAsync("https://example.com");

        HttpResult http = (await function.InvokeAsync(Event("POST", "https://example.com"), Token)).ReadHttp();

        Assert.False(http.Headers.ContainsKey("access-control-allow-credentials"));
    }

    [Fact]
    public async Task Initialize_CredentialsForAllOrigins_AreRefusedWithTheReason()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync("*", credentials: true));

        Assert.Contains(
            "UseCors: AllowCredentials is combined with the origin *, and browsers refuse answers that allow both. Name the origins of " +
            "the pages that may send credentials, or leave AllowCredentials out.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com/page", "is not an origin")]
    [InlineData("example.com", "is not an origin")]
    [InlineData(null, "no origin is allowed")]
    public async Task Initialize_WrongOrigin_IsReported(string? origin, string expected)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(origin));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    private static string Event(string method, string origin) => LambdaEvents.HttpApi(method, "/", new byte[] { 1, 2, 3 })
        .Replace("\"host\":", $"\"Origin\":\"{origin}\",\"host\":", StringComparison.Ordinal);

    private static Task<InMemoryFunction> StartAsync(string? origin, bool credentials = false) => InMemoryFunction.StartAsync(builder =>
    {
        builder.LogOutput = () => Stream.Null;
        builder.AddFakeModel();
        builder.MapHttp("shapes").UseCors(cors =>
        {
            cors.AllowCredentials = credentials;
            if (origin is not null)
            {
                cors.Origins.Add(origin);
            }
        });
    }, cancellationToken: Token);
}

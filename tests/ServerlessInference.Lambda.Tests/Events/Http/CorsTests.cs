using Microsoft.Extensions.Options;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Http;

public sealed class CorsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://example.com", "https://example.com")]
    [InlineData("https://other.example", null)]
    public async Task Post_OriginOfAPage_IsAllowedWhereItIsNamed(string origin, string? expected)
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
    [InlineData("https://example.com/page", "is no origin")]
    [InlineData("example.com", "is no origin")]
    [InlineData(null, "no origin is allowed")]
    public async Task Initialize_WrongOrigin_IsReported(string? origin, string expected)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(origin));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    private static string Event(string method, string origin) => LambdaEvents.HttpApi(method, "/", new byte[] { 1, 2, 3 })
        .Replace("\"host\":", $"\"Origin\":\"{origin}\",\"host\":", StringComparison.Ordinal);

    private static Task<InMemoryFunction> StartAsync(string? origin) => InMemoryFunction.StartAsync(builder =>
    {
        builder.LogOutput = () => Stream.Null;
        builder.AddFakeModel();
        builder.MapHttp("shapes").UseCors(cors =>
        {
            if (origin is not null)
            {
                cors.Origins.Add(origin);
            }
        });
    }, cancellationToken: Token);
}

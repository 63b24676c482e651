using System.Text;
using System.Text.Json;
using ServerlessInference.Tool.LocalRuntime;

namespace ServerlessInference.Tool.Tests.Support;

/// <summary>A Runtime API, and an HTTP client that acts as the function.</summary>
internal sealed class RuntimeApiFixture : IAsyncDisposable
{
    private readonly RuntimeApiServer _server;

    private RuntimeApiFixture(RuntimeApiServer server, RuntimeSession session)
    {
        _server = server;
        Session = session;
        Function = new HttpClient { BaseAddress = new Uri($"http://{server.Address}/2018-06-01/runtime/") };
    }

    public RuntimeSession Session { get; }

    public HttpClient Function { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RuntimeApiFixture> StartAsync(
        int maxConcurrency = 1, Func<FunctionSettings, FunctionSettings>? configure = null)
    {
        var settings = new FunctionSettings { Command = ["unused"], FunctionName = "fake", MaxConcurrency = maxConcurrency };
        settings = configure?.Invoke(settings) ?? settings;
        var session = new RuntimeSession(TimeProvider.System, maxConcurrency);
        return new RuntimeApiFixture(await RuntimeApiServer.StartAsync(settings, session, TimeProvider.System, Cancellation), session);
    }

    /// <summary>Sends an event, and polls for it as the function.</summary>
    public async Task<(Invocation Invocation, HttpResponseMessage Next)> DispatchAsync(
        string id = "id-1", string payload = "{}", string? clientContext = null)
    {
        var poll = Function.GetAsync("invocation/next", Cancellation);
        var request = new InvocationRequest(Encoding.UTF8.GetBytes(payload))
        {
            TraceId = "Root=1-a-b;Sampled=0",
            ClientContext = clientContext,
        };
        var invocation = await Session.DispatchAsync(
            () => new Invocation(id, request, DateTimeOffset.FromUnixTimeMilliseconds(1_234_567)), Cancellation);
        return (invocation, await poll);
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return Function.SendAsync(request, Cancellation);
    }

    public static async Task<(string? Type, string? Message)> ErrorAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return (json.RootElement.GetProperty("errorType").GetString(), json.RootElement.GetProperty("errorMessage").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        Function.Dispose();
        await _server.DisposeAsync();
    }
}

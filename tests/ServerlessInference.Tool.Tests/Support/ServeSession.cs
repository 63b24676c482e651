using System.IO.Pipelines;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Tests.Support;

/// <summary>A running <c>serve</c>, in this process, on a free port.</summary>
internal sealed class ServeSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly StreamReader _lines;
    private readonly Task<int> _run;

    private ServeSession(string[] args)
    {
        _lines = new StreamReader(_output.Reader.AsStream());
        var console = ToolConsole.FromStreams(Stream.Null, _output.Writer.AsStream(), Error);
        _run = ToolApplication.RunAsync(["serve", "--port", "0", .. args], console, _stop.Token);
    }

    public HttpClient Client { get; private set; } = new();

    public StringWriter Error { get; } = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ServeSession> StartAsync(params string[] args)
    {
        var session = new ServeSession([.. args, "--", TestFunction.Program]);
        var ready = await session.NextDocumentAsync();
        CliDocs.AssertFits("serve-ready", ready);
        session.Client.BaseAddress = new Uri(ready.GetProperty("url").GetString()!);
        return session;
    }

    /// <summary>Waits for the next document on standard output.</summary>
    public async Task<JsonElement> NextDocumentAsync()
    {
        var line = await _lines.ReadLineAsync(Cancellation);
        Assert.NotNull(line);
        return JsonDocument.Parse(line).RootElement;
    }

    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _run;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        _lines.Dispose();
        _stop.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ServerlessInference.Samples.Tests.Support;

/// <summary>A sample in a process of its own, under the tool's local Runtime API, as <c>serverless-inference serve</c> runs it.</summary>
internal sealed class RunningFunction : IAsyncDisposable
{
    private const string InvokePath = "/2015-03-31/functions/sample/invocations";

    private readonly Process _tool;
    private readonly ConcurrentQueue<string> _log = new();
    private Task _output = Task.CompletedTask;

    private RunningFunction(Process tool)
    {
        _tool = tool;
        _tool.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? string.Empty);
        _tool.BeginErrorReadLine();
    }

    public HttpClient Client { get; private set; } = new() { Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Gets what the function and the tool wrote to standard error.</summary>
    public string Log => string.Join('\n', _log);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts a sample as its template does: handler, memory size, timeout, and all environment variables.</summary>
    /// <param name="sample">The sample's name.</param>
    /// <param name="variables">The values of the template's variables, and what the servers of the tests need.</param>
    /// <param name="command">The command that starts the program; null for the program where it was built.</param>
    public static async Task<RunningFunction> StartAsync(
        string sample, IReadOnlyDictionary<string, string?> variables, IReadOnlyList<string>? command = null)
    {
        SamTemplate template = SamTemplate.Load(sample);
        Assert.All(
            template.Variables.Where(name => !name.EndsWith('?')),
            name => Assert.True(variables.ContainsKey(name), $"{name} of template.yaml is missing."));
        command ??= [Repository.ProgramOf(template.Handler)];
        string memory = template.Memory.ToString(
            CultureInfo.InvariantCulture), timeout = template.Timeout.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Programs.Tool) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["serve", "--port", "0", "--timeout", timeout, "--memory", memory])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string? value) in variables.Where(variable => variable.Value is not null))
        {
            start.ArgumentList.Add("--env");
            start.ArgumentList.Add($"{name}={value}");
        }

        start.ArgumentList.Add("--");
        foreach (string part in command)
        {
            start.ArgumentList.Add(part);
        }

        var function = new RunningFunction(Process.Start(start)!);
        string? ready = await function._tool.StandardOutput.ReadLineAsync(Cancellation);
        Assert.True(ready is not null, function.Log);
        function._output = function.ReadOutputAsync();
        using JsonDocument document = JsonDocument.Parse(ready);
        function.Client.BaseAddress = new Uri(document.RootElement.GetProperty("url").GetString()!);
        return function;
    }

    /// <summary>Sends an event, and returns the function's answer.</summary>
    public async Task<JsonElement> InvokeAsync(ReadOnlyMemory<byte> payload)
    {
        (JsonElement answer, bool failed) = await TryInvokeAsync(payload);
        Assert.False(failed, $"{answer}\n{Log}");
        return answer;
    }

    /// <summary>Sends an event, and returns the function's answer or its error.</summary>
    public async Task<(JsonElement Answer, bool Failed)> TryInvokeAsync(ReadOnlyMemory<byte> payload)
    {
        using var content = new ReadOnlyMemoryContent(payload);
        using HttpResponseMessage response = await Client.PostAsync(InvokePath, content, Cancellation);
        string text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {text}\n{Log}");
        using JsonDocument document = JsonDocument.Parse(text.Length == 0 ? "null" : text);
        return (document.RootElement.Clone(), response.Headers.Contains("X-Amz-Function-Error"));
    }

    // The tool writes a line for each call. If nobody read them, a full pipe would stop the tool, and with it the function.
    private async Task ReadOutputAsync()
    {
        while (await _tool.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            _log.Enqueue(line);
        }
    }

    public Task<JsonElement> InvokeAsync(string payload) => InvokeAsync(Encoding.UTF8.GetBytes(payload));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_tool.HasExited)
        {
            // The shell's own "kill": a minimal system has no program of that name.
            using Process interrupt = Process.Start(
                "/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -INT {_tool.Id}")])!;
            await interrupt.WaitForExitAsync(CancellationToken.None);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await _tool.WaitForExitAsync(patience.Token);
            await _output.WaitAsync(patience.Token);
        }

        _tool.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.LocalRuntime.Cpu;

namespace ServerlessInference.Tool.Tests.Support;

/// <summary>An execution environment around the real test function, with its logs.</summary>
public abstract class EnvironmentTest
{
    protected const int Limit = 120_000;

    private protected ConcurrentQueue<string> FunctionLog { get; } = new();

    private protected ConcurrentQueue<string> PlatformLog { get; } = new();

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected ExecutionEnvironment Create(Func<FunctionSettings, FunctionSettings>? configure = null)
    {
        var settings = new FunctionSettings
        {
            Command = [TestFunction.Program],
            InitLimit = TimeSpan.FromSeconds(60),
            Timeout = TimeSpan.FromSeconds(60),
        };
        var cpu = new CpuLimit("none", 1, null, [], null);
        return new ExecutionEnvironment(
            configure?.Invoke(settings) ?? settings,
            cpu,
            new EnvironmentLog(FunctionLog.Enqueue, PlatformLog.Enqueue),
            TimeProvider.System);
    }

    private protected static Task<InvocationResult> InvokeAsync(ExecutionEnvironment environment, string payload) =>
        environment.InvokeAsync(new InvocationRequest(Encoding.UTF8.GetBytes(payload)), Cancellation);

    private protected static JsonElement Json(InvocationResult result) => JsonDocument.Parse(result.Outcome.Payload).RootElement;
}

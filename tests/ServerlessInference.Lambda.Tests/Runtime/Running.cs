using System.Text;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Tests.Runtime;

/// <summary>A function that runs against a <see cref="FakeRuntimeApi"/> until it is disposed.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryStream _log;
    private readonly InferenceFunction _function;
    private readonly Task _run;

    private Running(InferenceFunctionBuilder builder)
    {
        _log = new MemoryStream();
        builder.LogOutput = () => Stream.Synchronized(_log);
        _function = builder.Build();
        _run = _function.RunAsync(_stop.Token);
    }

    public string Log => Encoding.UTF8.GetString(_log.ToArray());

    public static Running Start(FakeRuntimeApi api, Func<Question, InvocationContext, CancellationToken, ValueTask<Answer>> handler) =>
        Start(InferenceFunction.CreateBuilder([], api.Environment()), handler);

    public static Running Start(
        InferenceFunctionBuilder builder, Func<Question, InvocationContext, CancellationToken, ValueTask<Answer>> handler) =>
        new(builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, handler));

    public static Running Start(InferenceFunctionBuilder builder) => new(builder);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _function.DisposeAsync();
        _stop.Dispose();
    }
}

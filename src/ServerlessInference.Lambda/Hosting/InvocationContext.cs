using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Lambda;

/// <summary>What Lambda says about one invocation.</summary>
/// <remarks>Valid until the invocation ends; not shared between invocations. Thread-safe.</remarks>
public sealed class InvocationContext
{
    private FunctionServices? _function;
    private TimeProvider? _time;
    private IServiceScope? _scope;

    /// <summary>Gets the request's id (<c>Lambda-Runtime-Aws-Request-Id</c>), which log records carry.</summary>
    public required string RequestId { get; init; }

    /// <summary>Gets when Lambda ends the invocation.</summary>
    public DateTimeOffset Deadline { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Gets the ARN by which the function was called, with its alias or version.</summary>
    public string InvokedFunctionArn { get; init; } = string.Empty;

    /// <summary>Gets the X-Ray trace header; <see langword="null"/> where the invocation is not traced.</summary>
    public string? TraceId { get; init; }

    /// <summary>Gets what the AWS Mobile SDK, or the caller in its name, sent as client context: JSON; <see langword="null"/> mostly.</summary>
    public string? ClientContext { get; init; }

    /// <summary>Gets the Amazon Cognito identity of the caller: JSON; <see langword="null"/> mostly.</summary>
    public string? CognitoIdentity { get; init; }

    /// <summary>Gets the context of another host in which the function runs, such as Amazon's <c>ILambdaContext</c>; <see langword="null"/> in our own.</summary>
    public object? HostContext { get; init; }

    /// <summary>Gets the time that is left until Lambda ends the invocation.</summary>
    public TimeSpan RemainingTime => Deadline - (_time ?? TimeProvider.System).GetUtcNow();

    /// <summary>Gets the invocation's own service scope, which is created when it is first asked for and disposed when the invocation ends.</summary>
    /// <exception cref="InvalidOperationException">The context belongs to no running invocation.</exception>
    public IServiceProvider Services => (Volatile.Read(ref _scope) ?? CreateScope()).ServiceProvider;

    internal void Begin(FunctionServices function)
    {
        _function = function;
        _time = function.Time;
    }

    internal ValueTask EndAsync()
    {
        _function = null;
        return _scope is null ? default : DisposeScopeAsync();
    }

    private IServiceScope CreateScope()
    {
        FunctionServices function = _function ?? throw new InvalidOperationException(
            "This context belongs to no running invocation. Resolve services while the handler runs.");
        IServiceScope created = function.Provider.CreateScope();
        if (Interlocked.CompareExchange(ref _scope, created, null) is { } other)
        {
            // Another thread of the handler was faster.
            created.Dispose();
            return other;
        }

        return created;
    }

    private async ValueTask DisposeScopeAsync()
    {
        IServiceScope scope = _scope!;
        _scope = null;
        if (scope is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
            return;
        }

        scope.Dispose();
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>Describes one invocation.</summary>
/// <remarks>Valid until the invocation ends; not shared between invocations. Thread-safe.</remarks>
public sealed class InvocationContext
{
    private FunctionServices? _function;
    private TimeProvider? _time;
    private IServiceScope? _scope;

    /// <summary>Gets the request's ID (<c>Lambda-Runtime-Aws-Request-Id</c>), which log records contain.</summary>
    public required string RequestId { get; init; }

    /// <summary>Gets the time at which Lambda ends the invocation.</summary>
    public DateTimeOffset Deadline { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Gets the ARN with which the function was called, including its alias or version.</summary>
    public string InvokedFunctionArn { get; init; } = string.Empty;

    /// <summary>Gets the X-Ray trace header; <see langword="null"/> if the invocation is not traced.</summary>
    public string? TraceId { get; init; }

    /// <summary>Gets the client context that the caller sent, as JSON; <see langword="null"/> if there is none.</summary>
    public string? ClientContext { get; init; }

    /// <summary>Gets the caller's Amazon Cognito identity, as JSON; <see langword="null"/> if there is none.</summary>
    public string? CognitoIdentity { get; init; }

    /// <summary>
    /// Gets the ID of the tenant for which the function was called, if it isolates tenants; otherwise <see langword="null"/>.
    /// </summary>
    public string? TenantId { get; init; }

    /// <summary>
    /// Gets the context object of the host, if the function runs in another host than this library's: Amazon's <c>ILambdaContext</c>, for
    /// example. It is <see langword="null"/> in this library's host.
    /// </summary>
    public object? HostContext { get; init; }

    /// <summary>Gets the time that is left until Lambda ends the invocation.</summary>
    public TimeSpan RemainingTime => Deadline - (_time ?? TimeProvider.System).GetUtcNow();

    /// <summary>
    /// Gets the services of the invocation's own scope. The scope is created on first use and disposed when the invocation ends.
    /// </summary>
    /// <exception cref="InvalidOperationException">The invocation is not running.</exception>
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
            "The invocation of this context is not running. Resolve services only while the handler runs.");
        IServiceScope created = function.Provider.CreateScope();
        if (Interlocked.CompareExchange(ref _scope, created, null) is { } other)
        {
            // Another thread of the handler created the scope first.
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

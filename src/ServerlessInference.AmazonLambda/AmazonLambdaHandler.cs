using Amazon.Lambda.Core;
using ServerlessInference.Lambda;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.AmazonLambda;

/// <summary>
/// Answers the events that Amazon's bootstrap (Amazon.Lambda.RuntimeSupport) receives with an <see cref="InferenceFunction"/>.
/// </summary>
/// <remarks>
/// <para>Pass <see cref="HandleAsync"/> and <see cref="InitializeAsync"/> to <c>LambdaBootstrap</c>. Warm-ups, routes, deadlines and errors
/// are the same as in this library's own host. The SnapStart hooks are registered with <see cref="SnapshotRestore"/>.</para>
/// <para>Thread-safe. It owns the function and disposes it.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var handler = new AmazonLambdaHandler(app.Build());
/// using var bootstrap = new LambdaBootstrap(HandlerWrapper.GetHandlerWrapper(handler.HandleAsync), handler.InitializeAsync);
/// await bootstrap.RunAsync();
/// </code>
/// </example>
public sealed class AmazonLambdaHandler : IAsyncDisposable
{
    private readonly InferenceFunction _function;

    /// <summary>Creates a handler.</summary>
    /// <param name="function">The function, which is built but not run.</param>
    public AmazonLambdaHandler(InferenceFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _function = function;
        SnapshotRestore.RegisterBeforeSnapshot(async () =>
        {
            await function.InitializeAsync().ConfigureAwait(false);
            await function.RunBeforeSnapshotAsync().ConfigureAwait(false);
        });
        SnapshotRestore.RegisterAfterRestore(() => function.RunAfterRestoreAsync());
    }

    /// <summary>Gets the function's services.</summary>
    public IServiceProvider Services => _function.Services;

    /// <summary>
    /// Checks all settings and loads the models. It is the bootstrap's initializer (<c>LambdaBootstrapInitializer</c>), which runs in the
    /// init phase.
    /// </summary>
    /// <returns><see langword="true"/>, so that the bootstrap continues and requests events.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// Settings are invalid; the message lists all of them.
    /// </exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    public async Task<bool> InitializeAsync()
    {
        await _function.InitializeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Answers one event. The function is initialised first if necessary.</summary>
    /// <param name="input">The event's JSON.</param>
    /// <param name="context">
    /// The bootstrap's context of the invocation. Handlers of the function get it with
    /// <see cref="LambdaContextExtensions.GetLambdaContext"/>.
    /// </param>
    /// <returns>The answer's JSON.</returns>
    /// <exception cref="InvocationFailedException">
    /// The invocation failed. HTTP requests are answered with problem details instead.
    /// </exception>
    public async Task<Stream> HandleAsync(Stream input, ILambdaContext context)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        using var payload = new MemoryStream(input.CanSeek ? (int)Math.Min(input.Length - input.Position, int.MaxValue) : 0);
        await input.CopyToAsync(payload).ConfigureAwait(false);
        FunctionResponse response = await _function
            .InvokeAsync(
                payload.GetBuffer().AsMemory(0, (int)payload.Length),
                LambdaContextReader.Read(context, TimeProvider.System)).ConfigureAwait(false);
        return response.Error is null
            ? new MemoryStream(response.Body.ToArray(), writable: false)
            : throw new InvocationFailedException(response.Error);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _function.DisposeAsync();
}

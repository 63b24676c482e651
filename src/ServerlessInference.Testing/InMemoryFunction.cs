using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Testing;

/// <summary>A function that runs inside a test: the complete host without Lambda's network.</summary>
/// <remarks>Thread-safe: invocations may run at the same time.</remarks>
/// <example>
/// <code>
/// await using var function = await InMemoryFunction.StartAsync(app =>
/// {
///     app.Services.AddServerlessInference().AddModel("shapes", model => model.FromFile("models/shapes").UseImageClassification());
///     app.MapHttp("shapes");
/// });
/// InvocationResult result = await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", File.ReadAllBytes("circle.png")));
/// Assert.Equal(200, result.ReadHttp().Status);
/// </code>
/// </example>
public sealed class InMemoryFunction : IAsyncDisposable
{
    private readonly InferenceFunction _function;
    private readonly TimeProvider _time;
    private int _requests;

    private InMemoryFunction(InferenceFunction function, TimeProvider time)
    {
        _function = function;
        _time = time;
    }

    /// <summary>Gets or sets how long an invocation may take before Lambda would stop it.</summary>
    /// <value>The default is 30 s, on the clock that the function was started with.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the function's services.</summary>
    public IServiceProvider Services => _function.Services;

    /// <summary>Builds a function and initialises it.</summary>
    /// <param name="configure">Configures the function, as its program does. Replace services at the end.</param>
    /// <param name="timeProvider">The function's clock; <see langword="null"/> for the system's.</param>
    /// <param name="environment">The function's name and size as Lambda would report them; <see langword="null"/> for 1,769 MB.</param>
    /// <param name="cancellationToken">Cancels the initialisation.</param>
    /// <returns>The function, ready to answer.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Settings are wrong.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    public static Task<InMemoryFunction> StartAsync(
        Action<InferenceFunctionBuilder> configure,
        TimeProvider? timeProvider = null,
        LambdaEnvironment? environment = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], environment ?? DefaultEnvironment());
        configure(builder);
        return StartAsync(builder, timeProvider, cancellationToken);
    }

    /// <summary>Builds and initialises a function from the builder that its program configured.</summary>
    /// <param name="builder">The builder; <c>Build</c> must not have been called.</param>
    /// <param name="timeProvider">The function's clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Cancels the initialisation.</param>
    /// <returns>The function, ready to answer.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Settings are wrong.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    public static async Task<InMemoryFunction> StartAsync(
        InferenceFunctionBuilder builder, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (timeProvider is not null)
        {
            builder.Services.AddSingleton(timeProvider);
        }

        InferenceFunction function = builder.Build();
        try
        {
            await function.InitializeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await function.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new InMemoryFunction(function, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Sends an event.</summary>
    /// <param name="payload">The event's JSON; <see cref="LambdaEvents"/> creates those of AWS services.</param>
    /// <param name="cancellationToken">Cancels the invocation.</param>
    /// <returns>The answer or the error.</returns>
    public Task<InvocationResult> InvokeAsync(string payload, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return InvokeAsync(Encoding.UTF8.GetBytes(payload), cancellationToken: cancellationToken);
    }

    /// <summary>Sends an event.</summary>
    /// <param name="payload">The event's JSON in UTF-8.</param>
    /// <param name="context">
    /// The request id, deadline and so on, as Lambda would send them; <see langword="null"/> for a new request that ends after
    /// <see cref="Timeout"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the invocation.</param>
    /// <returns>The answer or the error.</returns>
    public async Task<InvocationResult> InvokeAsync(
        ReadOnlyMemory<byte> payload, InvocationContext? context = null, CancellationToken cancellationToken = default)
    {
        context ??= new InvocationContext
        {
            RequestId = string.Create(CultureInfo.InvariantCulture, $"request-{Interlocked.Increment(ref _requests)}"),
            Deadline = _time.GetUtcNow() + Timeout,
            InvokedFunctionArn = "arn:aws:lambda:eu-central-1:123456789012:function:in-memory",
        };
        return new InvocationResult(await _function.InvokeAsync(payload, context, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _function.DisposeAsync();

    private static LambdaEnvironment DefaultEnvironment() =>
        new() { FunctionName = "in-memory", FunctionVersion = "$LATEST", MemorySize = 1769 };
}

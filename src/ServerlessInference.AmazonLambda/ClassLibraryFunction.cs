using Amazon.Lambda.Core;
using ServerlessInference.Lambda;

namespace ServerlessInference.AmazonLambda;

/// <summary>
/// A function as a class library on the managed runtime. Derive from it, and configure <see cref="FunctionHandlerAsync"/> as the handler.
/// </summary>
/// <remarks>
/// The handler of <c>class Function : ClassLibraryFunction</c> in the assembly <c>Products</c> is
/// <c>Products::Products.Function::FunctionHandlerAsync</c>. Thread-safe.
/// </remarks>
public abstract class ClassLibraryFunction : IAsyncDisposable
{
    private readonly AmazonLambdaHandler _handler;

    /// <summary>Builds the function, checks its settings and loads its models. Lambda creates the object in the init phase.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// Settings are invalid; the message lists all of them.
    /// </exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    protected ClassLibraryFunction()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder();

        // Configure runs before the constructor of the derived class and must not use anything that this constructor sets.
#pragma warning disable CA2214 // This constructor is the runtime's only entry into the init phase, so it must call the derived class.
        Configure(builder);
#pragma warning restore CA2214
        _handler = new AmazonLambdaHandler(builder.Build());

        // The init phase has no asynchronous entry: when this constructor returns, the runtime requests the first event, and Lambda may
        // freeze the environment. Waiting is safe here, because the work needs neither this thread nor its context.
        Task.Run(_handler.InitializeAsync).GetAwaiter().GetResult();
    }

    /// <summary>Gets the function's services.</summary>
    protected IServiceProvider Services => _handler.Services;

    /// <summary>Describes the function: models, services, events. Called once, before the constructor of the derived class.</summary>
    /// <param name="builder">The function's builder.</param>
    protected abstract void Configure(InferenceFunctionBuilder builder);

    /// <summary>Answers one event: the function's handler.</summary>
    /// <param name="input">The event's JSON.</param>
    /// <param name="context">The runtime's context of the invocation.</param>
    /// <returns>The answer's JSON.</returns>
    /// <exception cref="InvocationFailedException">The invocation failed.</exception>
    public Task<Stream> FunctionHandlerAsync(Stream input, ILambdaContext context) => _handler.HandleAsync(input, context);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _handler.DisposeAsync();
    }
}

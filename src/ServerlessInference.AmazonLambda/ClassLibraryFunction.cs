using Amazon.Lambda.Core;
using ServerlessInference.Lambda;

namespace ServerlessInference.AmazonLambda;

/// <summary>A function as a class library on the managed runtime: derive from it, and name <see cref="FunctionHandlerAsync"/> as the handler.</summary>
/// <remarks>
/// The handler of <c>class Function : ClassLibraryFunction</c> in the assembly <c>Products</c> is
/// <c>Products::Products.Function::FunctionHandlerAsync</c>. Thread-safe.
/// </remarks>
public abstract class ClassLibraryFunction : IAsyncDisposable
{
    private readonly AmazonLambdaHandler _handler;

    /// <summary>Describes the function, checks its settings and loads its models: Lambda creates the object in the init phase.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Settings are wrong; the message lists everything that is.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    protected ClassLibraryFunction()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder();

        // The description belongs to the start, as in a program's Main: it must not use what the derived constructor sets.
#pragma warning disable CA2214 // A virtual call is how the runtime's only entry into the init phase, this constructor, reaches the derived class.
        Configure(builder);
#pragma warning restore CA2214
        _handler = new AmazonLambdaHandler(builder.Build());

        // The runtime has no asynchronous entry into the init phase: when this constructor returns, it asks for the first event and the
        // environment may be frozen. So this one place waits, for work that needs neither this thread nor its context.
        Task.Run(_handler.InitializeAsync).GetAwaiter().GetResult();
    }

    /// <summary>Gets the function's services.</summary>
    protected IServiceProvider Services => _handler.Services;

    /// <summary>Describes the function: models, services, events. Called once, before the derived class's constructor has run.</summary>
    /// <param name="builder">Takes the description.</param>
    protected abstract void Configure(InferenceFunctionBuilder builder);

    /// <summary>Answers one event: the function's handler.</summary>
    /// <param name="input">The event's JSON.</param>
    /// <param name="context">What the runtime says about the invocation.</param>
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

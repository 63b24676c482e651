using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Warmup;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <summary>Checks all settings and starts to load the models, once, no matter who asks first. Thread-safe.</summary>
/// <param name="services">The function's services.</param>
/// <param name="routes">The function's routes.</param>
/// <param name="processor">Processes events.</param>
/// <param name="warmup">Answers warm-ups.</param>
/// <param name="found">What was found to be wrong while the function was built.</param>
/// <remarks>
/// <para>Models start to load before anything is checked, because the checks then take place while the models are read. The task of
/// <see cref="Begin"/> ends as follows:</para>
/// <list type="table">
/// <listheader><term>settings</term><description>the task</description></listheader>
/// <item><term>valid</term><description>ends when all models that are preloaded are loaded, or with the exception of the first one that is
/// not.</description></item>
/// <item><term>invalid</term><description>fails at once with everything that is wrong; it does not wait for the
/// models.</description></item>
/// </list>
/// </remarks>
internal sealed class FunctionInitialization(
    FunctionServices services, IReadOnlyList<IEventRoute> routes, InvocationProcessor processor, WarmupResponder warmup, List<string> found)
    : IAsyncDisposable
{
    private readonly Lock _beginLock = new();
    private readonly CancellationTokenSource _disposing = new();
    private Task? _initialization;

    /// <summary>Begins the initialization, or returns the one that has begun.</summary>
    public Task Begin()
    {
        lock (_beginLock)
        {
            return _initialization ??= services.HasSplitPackage ? PrepareWithPackageAsync() : Prepare();
        }
    }

    /// <summary>Cancels a pending initialization.</summary>
    public async ValueTask DisposeAsync() => await _disposing.CancelAsync().ConfigureAwait(false);

    private async Task PrepareWithPackageAsync()
    {
        try
        {
            await SplitPackageStart.LoadAsync(services, _disposing.Token).ConfigureAwait(false);
        }
        catch (ModelLoadException) when (!processor.Preloading.IsCompleted)
        {
            // The initialization took too long, so requests are accepted already. The routes must be ready for them; a model that is used
            // then fetches the package again.
            _ = Prepare();
            throw;
        }

        await Prepare().ConfigureAwait(false);
    }

    /// <summary>Starts to load the models, and checks everything.</summary>
    private Task Prepare()
    {
        var failures = new InitializationFailures([.. found]);
        Task preload = services.HasModels ? Preload(failures) : Task.CompletedTask;
        foreach (IEventRoute route in routes)
        {
            Prepare(route, failures);
        }

        if (processor.Scheduled is { } scheduled)
        {
            Prepare(scheduled, failures);
        }

        warmup.Prepare(failures.Messages);
        if (services.Registered is { } registered)
        {
            CreateObserver(registered, failures);
            Validate(registered, failures);
        }

        return failures.IsEmpty ? preload : Task.FromException(failures.ToException());
    }

    private void Prepare(IEventRoute route, InitializationFailures failures)
    {
        try
        {
            route.Prepare(services, failures.Messages);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            failures.Add(exception);
        }
    }

    // These methods are not inlined, so that a function without models or options does not load the types that they use.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task Preload(InitializationFailures failures)
    {
        try
        {
            return services.Provider.GetRequiredService<IModelRegistry>().PreloadAsync(_disposing.Token);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            failures.Add(exception);
            return Task.CompletedTask;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CreateObserver(IServiceCollection registered, InitializationFailures failures)
    {
        try
        {
            if (FunctionServices.Has(registered, typeof(IInvocationObserver)))
            {
                processor.Observer = services.Provider.GetRequiredService<IInvocationObserver>();
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            failures.Add(exception);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Validate(IServiceCollection registered, InitializationFailures failures)
    {
        try
        {
            if (FunctionServices.Has(registered, typeof(IStartupValidator)))
            {
                services.Provider.GetRequiredService<IStartupValidator>().Validate();
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            failures.Add(exception);
        }
    }
}

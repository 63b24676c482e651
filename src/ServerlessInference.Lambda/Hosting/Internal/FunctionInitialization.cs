using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <summary>Checks all settings and loads the models, once, whoever asks first. Thread-safe.</summary>
/// <param name="services">The function's services.</param>
/// <param name="routes">Its routes.</param>
/// <param name="processor">What answers events.</param>
/// <param name="warmup">What answers warm-ups.</param>
/// <param name="found">What was found to be wrong before.</param>
internal sealed class FunctionInitialization(
    FunctionServices services, IReadOnlyList<IEventRoute> routes, InvocationProcessor processor, WarmupResponder warmup, List<string> found) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposing = new();
    private Task? _initialization;

    /// <summary>Begins, or gives what was begun.</summary>
    public Task Begin()
    {
        lock (_gate)
        {
            return _initialization ??= services.HasSplitPackage ? PrepareWithPackageAsync() : Prepare();
        }
    }

    /// <summary>Ends what goes on.</summary>
    public async ValueTask DisposeAsync() => await _disposing.CancelAsync().ConfigureAwait(false);

    private async Task PrepareWithPackageAsync()
    {
        try
        {
            await SplitPackageStart.LoadAsync(services, _disposing.Token).ConfigureAwait(false);
        }
        catch (ModelLoadException) when (!processor.Preloading.IsCompleted)
        {
            // Requests are taken already: routes must be ready for them, and models ask for the package again.
            _ = Prepare();
            throw;
        }

        await Prepare().ConfigureAwait(false);
    }

    /// <summary>Checks everything and starts to load the models.</summary>
    private Task Prepare()
    {
        try
        {
            // Models first: they load while the rest is looked at.
            Task preload = services.HasModels ? PreloadModels() : Task.CompletedTask;
            var failures = new List<string>(found);
            foreach (IEventRoute route in routes)
            {
                route.Prepare(services, failures);
            }

            processor.Scheduled?.Prepare(services, failures);
            warmup.Prepare(failures);
            if (services.Registered is { } registered)
            {
                Validate(registered, failures);
            }

            return failures.Count == 0 ? preload : Rejected(failures);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Task.FromException(exception);
        }
    }

    // These stand on their own, so that a function without models or options does not load what they need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task PreloadModels() => services.Provider.GetRequiredService<IModelRegistry>().PreloadAsync(_disposing.Token);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task Rejected(List<string> failures) =>
        Task.FromException(new OptionsValidationException(nameof(InferenceFunction), typeof(InferenceFunctionOptions), failures));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Validate(IServiceCollection registered, List<string> failures)
    {
        if (!FunctionServices.Has(registered, typeof(IStartupValidator)))
        {
            return;
        }

        try
        {
            services.Provider.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (OptionsValidationException exception)
        {
            failures.AddRange(exception.Failures);
        }
        catch (AggregateException exception)
        {
            foreach (Exception inner in exception.InnerExceptions)
            {
                failures.AddRange(inner is OptionsValidationException invalid ? invalid.Failures : [inner.Message]);
            }
        }
    }
}

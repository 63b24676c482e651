using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Sessions;

/// <summary>Loads a model: source, session, and what its pipelines prepare.</summary>
internal sealed partial class ModelLoader(
    IServiceProvider services,
    IOptionsMonitor<ModelOptions> options,
    OnnxSessionFactory sessions,
    ModelMemory memory,
    InferenceTelemetry telemetry,
    TimeProvider time,
    ILogger<ModelLoader> logger)
{
    public ModelOptions SettingsOf(string name) => options.Get(name);

    public Task<LoadedModel> LoadAsync(string name, CancellationToken cancellationToken) =>
        WithinLimitAsync(name, "model.load", LoadWithinLimitAsync, report: true, cancellationToken);

    /// <summary>Does something to a model that must end within its <see cref="ModelOptions.LoadTimeout"/>, under an activity.</summary>
    public async Task<T> WithinLimitAsync<T>(
        string name, string activityName, Func<string, ModelOptions, Activity?, CancellationToken, Task<T>> action, bool report, CancellationToken cancellationToken)
    {
        using Activity? activity = telemetry.Activities.StartActivity(activityName);
        activity?.SetTag("model", name);
        ModelOptions settings = options.Get(name);
        long start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(settings.LoadTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await action(name, settings, activity, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var exception = new ModelLoadException(
                $"The model '{name}' was not loaded within {settings.LoadTimeout.TotalSeconds:0.###} s. Raise the option LoadTimeout, or give its sources deadlines.");
            Report(activity, name, exception, start, report);
            throw exception;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Report(activity, name, exception, start, report);
            throw;
        }
    }

    /// <summary>Asks the source for the version that it would give now.</summary>
    public Task<string> GetVersionAsync(string name, CancellationToken cancellationToken)
    {
        IModelSource source = services.GetRequiredKeyedService<IModelSource>(name);
        return RunAsync(source, static (source, token) => source.GetVersionAsync(token), static _ => { }, cancellationToken);
    }

    /// <summary>Brings the model's files within reach.</summary>
    public Task<ModelArtifact> FetchAsync(string name, CancellationToken cancellationToken)
    {
        IModelSource source = services.GetRequiredKeyedService<IModelSource>(name);
        return RunAsync(source, static (source, token) => source.LoadAsync(token), static artifact => artifact.Dispose(), cancellationToken);
    }

    /// <summary>Makes a model of its files, which are its own from here on, also where this fails.</summary>
    public async Task<LoadedModel> CreateAsync(
        string name, ModelOptions settings, ModelArtifact artifact, TimeSpan fetching, Task runtime, Activity? activity, CancellationToken cancellationToken)
    {
        MemoryReservation? reservation = null;
        OnnxSession? session = null;
        LoadedModel? model = null;
        Task files = Task.CompletedTask;
        try
        {
            IModelPipeline[] pipelines = [.. services.GetKeyedServices<IModelPipeline>(name)];
            files = Task.Run(() => Array.ForEach(pipelines, pipeline => pipeline.PrepareFiles(artifact)), CancellationToken.None);
            await runtime.ConfigureAwait(false);
            reservation = await memory.ReserveAsync(name, ModelFootprint.Of(artifact, settings).Resident, cancellationToken).ConfigureAwait(false);
            long start = time.GetTimestamp();
            session = sessions.Create(artifact, settings, cancellationToken);
            var identity = new ModelIdentity(name, artifact.Version, artifact.Source);
            var timings = new ModelLoadTimings(fetching, time.GetElapsedTime(start));
            model = new LoadedModel(identity, session, artifact, timings, reservation);
            await files.ConfigureAwait(false);
            foreach (IModelPipeline pipeline in pipelines)
            {
                pipeline.Prepare(model);
            }

            activity?.SetTag("model.version", identity.Version).SetTag("model.source", identity.Source);
            telemetry.Loaded(identity, fetching + time.GetElapsedTime(start));
            if (logger.IsEnabled(LogLevel.Information))
            {
                logger.Log(LogLevel.Information, LoadedRecord.Id, new LoadedRecord(identity, timings), null, LoadedRecord.Format);
            }

            return model;
        }
        catch
        {
            // Nobody reads the files any more when they are given back.
            await files.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (model is not null)
            {
                // With what its pipelines derived from it.
                model.Release();
            }
            else
            {
                session?.Dispose();
                artifact.Dispose();
                reservation?.Dispose();
            }

            throw;
        }
    }

    /// <summary>Runs a model once with all that its pipelines do, before anybody else does.</summary>
    public async Task WarmUpAsync(LoadedModel model, CancellationToken cancellationToken)
    {
        foreach (IModelPipeline pipeline in services.GetKeyedServices<IModelPipeline>(model.Identity.Name))
        {
            await pipeline.WarmUpAsync(model, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LoadedModel> LoadWithinLimitAsync(string name, ModelOptions settings, Activity? activity, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();

        // The native library and its environment take as long as a small model, so they start while the source is busy.
        Task runtime = sessions.StartRuntimeAsync(cancellationToken);
        ModelArtifact artifact = await FetchAsync(name, cancellationToken).ConfigureAwait(false);
        return await CreateAsync(name, settings, artifact, time.GetElapsedTime(start), runtime, activity, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> RunAsync<T>(
        IModelSource source,
        Func<IModelSource, CancellationToken, ValueTask<T>> operation,
        Action<T> discard,
        CancellationToken cancellationToken)
    {
        try
        {
            return await AbandonableOperation.RunAsync(
                source, operation, discard, Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is not InferenceException
            && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new ModelLoadException($"The model source {source.Description} failed: {exception.Message}", exception);
        }
    }

    private void Report(Activity? activity, string name, Exception exception, long start, bool report)
    {
        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        if (report)
        {
            telemetry.LoadFailed(name, exception, time.GetElapsedTime(start));
            LogFailed(logger, exception, name);
        }
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "Model {Model} cannot be loaded")]
    private static partial void LogFailed(ILogger logger, Exception exception, string model);
}

using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Loads a model: fetches its files, creates its session, and lets its pipelines prepare themselves.</summary>
internal sealed partial class ModelLoader(
    IServiceProvider services,
    IOptionsMonitor<ModelOptions> options,
    OnnxSessionFactory sessions,
    ModelMemory memory,
    InferenceTelemetry telemetry,
    TimeProvider time,
    ILogger<ModelLoader> logger)
{
    private readonly MountReader _mounts = new(time, logger);

    public ModelOptions GetSettings(string name) => options.Get(name);

    public Task<LoadedModel> LoadAsync(string name, CancellationToken cancellationToken) =>
        WithinLimitAsync(name, "model.load", LoadWithinLimitAsync, report: true, cancellationToken);

    /// <summary>
    /// Runs an action on a model within the time limit of <see cref="ModelOptions.LoadTimeout"/>, in an activity of its own.
    /// </summary>
    public async Task<T> WithinLimitAsync<T>(
        string name,
        string activityName,
        Func<string, ModelOptions, Activity?, CancellationToken, Task<T>> action,
        bool report,
        CancellationToken cancellationToken)
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
                $"The model '{name}' was not loaded within {settings.LoadTimeout.TotalSeconds:0.###} s. Raise the option LoadTimeout, or " +
                "give its sources deadlines.");
            Report(activity, name, exception, start, report);
            throw exception;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Report(activity, name, exception, start, report);
            throw;
        }
    }

    /// <summary>Gets the version that the source would provide now.</summary>
    public Task<string> GetVersionAsync(string name, CancellationToken cancellationToken)
    {
        IModelSource source = services.GetRequiredKeyedService<IModelSource>(name);
        return RunAsync(source, static (source, token) => source.GetVersionAsync(token), static _ => { }, cancellationToken);
    }

    /// <summary>Fetches the files of the model.</summary>
    public Task<ModelArtifact> FetchAsync(string name, CancellationToken cancellationToken)
    {
        IModelSource source = services.GetRequiredKeyedService<IModelSource>(name);
        return RunAsync(
            source, static (source, token) => source.LoadAsync(token), static artifact => artifact.Dispose(), cancellationToken);
    }

    /// <summary>
    /// Creates a model from its files. The files belong to the model from here on; if this method fails, it disposes them.
    /// </summary>
    public async Task<LoadedModel> CreateAsync(
        string name,
        ModelOptions settings,
        ModelArtifact artifact,
        TimeSpan fetching,
        Task runtime,
        Activity? activity,
        CancellationToken cancellationToken)
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
            reservation = await memory.ReserveAsync(name, Estimate(artifact, settings).Resident, cancellationToken).ConfigureAwait(false);
            long start = time.GetTimestamp();
            session = CreateSession(artifact, settings, cancellationToken);
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

            ReportDecisions(model);

            return model;
        }
        catch
        {
            // The pipelines may still be reading the files on another thread, so the files cannot be disposed before that has ended.
            await files.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (model is not null)
            {
                // Disposes the session, the files, the reservation, and everything that pipelines have derived from the model.
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

    /// <summary>Runs all pipelines of a model once on synthetic input, before the model is in use.</summary>
    public async Task WarmUpAsync(LoadedModel model, CancellationToken cancellationToken)
    {
        foreach (IModelPipeline pipeline in services.GetKeyedServices<IModelPipeline>(model.Identity.Name))
        {
            await pipeline.WarmUpAsync(model, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LoadedModel> LoadWithinLimitAsync(
        string name, ModelOptions settings, Activity? activity, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();

        // Loading the native library and creating its environment takes as long as loading a small model, so it runs while files are
        // fetched.
        Task runtime = sessions.StartRuntimeAsync(cancellationToken);
        var failures = new List<ModelSourceFailure>();
        while (true)
        {
            ModelArtifact artifact = await FetchAsync(name, cancellationToken).ConfigureAwait(false);
            ModelSourceOffer? offer = artifact.Offer;
            if (offer is not null && failures.Any(failure => failure.Source == offer.Source))
            {
                artifact.Dispose();
                throw NoModel([.. failures, .. offer.Failures]);
            }

            try
            {
                await ReadAheadAsync(artifact, settings, runtime, cancellationToken).ConfigureAwait(false);
                return await CreateAsync(name, settings, artifact, time.GetElapsedTime(start), runtime, activity, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (ModelLoadException exception) when (offer is { IsRefused: true, HasNext: true })
            {
                // A source has served only when its model is a session, so the chain is asked again, which puts this source last.
                failures.Add(new ModelSourceFailure(offer.Source, exception.Message, time.GetElapsedTime(start), exception));
            }
        }
    }

    private static ModelLoadException NoModel(List<ModelSourceFailure> failures) => new(
        "No source has a model that can be loaded. " +
        string.Join(" ", failures.Select((failure, index) => $"({index + 1}) {failure.Source}: {failure.Reason}")),
        failures);

    /// <summary>
    /// Reads the files of a model on a mount while the next source can still take over. If that fails, the chain is told, and the files are
    /// disposed.
    /// </summary>
    public async Task ReadAheadAsync(ModelArtifact artifact, ModelOptions settings, Task runtime, CancellationToken cancellationToken)
    {
        // Only a mount is waited for. Everything else goes on at once, so that files are prepared while the runtime is loaded.
        if (artifact.Offer is not { HasNext: true } offer || !MountTable.MayBeSlow(artifact.Files))
        {
            return;
        }

        try
        {
            await runtime.ConfigureAwait(false);
            await _mounts.ReadAsync(OnnxSessionFactory.GetFiles(artifact, settings), offer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is ModelLoadException)
            {
                // Unless the reading was refused already, the folder has no model, or several.
                offer.Refuse(ModelSourceRefusal.NotAModel, exception);
            }

            artifact.Dispose();
            throw;
        }
    }

    private static ModelFootprint Estimate(ModelArtifact artifact, ModelOptions settings)
    {
        try
        {
            return ModelFootprint.Estimate(artifact, settings);
        }
        catch (ModelLoadException exception)
        {
            // The folder has no model, or several.
            artifact.Offer?.Refuse(ModelSourceRefusal.NotAModel, exception);
            throw;
        }
    }

    private OnnxSession CreateSession(ModelArtifact artifact, ModelOptions settings, CancellationToken cancellationToken)
    {
        try
        {
            return sessions.Create(artifact, settings, cancellationToken);
        }
        catch (ModelLoadException exception)
        {
            artifact.Offer?.Refuse(ModelSourceRefusal.NotAModel, exception);
            throw;
        }
    }

    private async Task<T> RunAsync<T>(
        IModelSource source,
        Func<IModelSource, CancellationToken, ValueTask<T>> operation,
        Action<T> discard,
        CancellationToken cancellationToken)
    {
        try
        {
            // A source may block or ignore its token, like a network mount that hangs, so it is left behind when the time limit is reached.
            return await AbandonableOperation.RunAsync(source, operation, discard, Timeout.InfiniteTimeSpan, time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is not InferenceException
            && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new ModelLoadException($"The model source {source.Description} failed: {exception.Message}", exception);
        }
    }

    private void ReportDecisions(LoadedModel model)
    {
        IReadOnlyList<ModelDecision> decisions = model.Decisions;
        if (decisions.Count > 0 && logger.IsEnabled(LogLevel.Information))
        {
            logger.Log(
                LogLevel.Information, DecisionsRecord.Id, new DecisionsRecord(model.Identity, decisions), null, DecisionsRecord.Format);
        }

        foreach (ModelDecision decision in decisions)
        {
            if (decision.NeedsAttention)
            {
                LogNeedsAttention(logger, model.Identity.Name, decision.Subject, decision.Value, decision.Origin);
            }
        }

        // What follows only from the outputs of the first run is logged then.
        model.Decided = (decided, decision) =>
        {
            if (logger.IsEnabled(LogLevel.Information))
            {
                logger.Log(
                    LogLevel.Information, DecisionsRecord.Id, new DecisionsRecord(decided.Identity, [decision]), null,
                    DecisionsRecord.Format);
            }
        };
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

    [LoggerMessage(EventId = 28, Level = LogLevel.Warning, Message =
        "Model {Model}: {Subject} {Value}: {Origin}")]
    private static partial void LogNeedsAttention(ILogger logger, string model, string subject, string value, string origin);
}

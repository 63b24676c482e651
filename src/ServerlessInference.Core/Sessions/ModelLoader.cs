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
    InferenceTelemetry telemetry,
    TimeProvider time,
    ILogger<ModelLoader> logger)
{
    public async Task<LoadedModel> LoadAsync(string name, CancellationToken cancellationToken)
    {
        using Activity? activity = telemetry.Activities.StartActivity("model.load");
        activity?.SetTag("model", name);
        ModelOptions settings = options.Get(name);
        long start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(settings.LoadTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await LoadWithinLimitAsync(name, settings, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var exception = new ModelLoadException(
                $"The model '{name}' was not loaded within {settings.LoadTimeout.TotalSeconds:0.###} s. Raise the option LoadTimeout, or give its sources deadlines.");
            Report(activity, name, exception, start);
            throw exception;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Report(activity, name, exception, start);
            throw;
        }
    }

    private void Report(Activity? activity, string name, Exception exception, long start)
    {
        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        telemetry.LoadFailed(name, exception, time.GetElapsedTime(start));
        LogFailed(logger, exception, name);
    }

    private static async Task<ModelArtifact> FetchAsync(IModelSource source, CancellationToken cancellationToken)
    {
        // On another thread, and left behind at the limit: a source may block or not heed its token, as a mount that hangs.
        Task<ModelArtifact> task = Task.Run(() => source.LoadAsync(cancellationToken).AsTask(), CancellationToken.None);
        try
        {
            return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = DiscardAsync(task);
            throw;
        }
        catch (Exception exception) when (exception is not InferenceException)
        {
            throw new ModelLoadException($"The model source {source.Description} failed: {exception.Message}", exception);
        }
    }

    private static async Task DiscardAsync(Task<ModelArtifact> task)
    {
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsCompletedSuccessfully)
        {
            (await task.ConfigureAwait(false)).Dispose();
        }
    }

    private async Task<LoadedModel> LoadWithinLimitAsync(string name, ModelOptions settings, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();

        // The native library and its environment take as long as a small model, so they start while the source is busy.
        Task runtime = sessions.StartRuntimeAsync(cancellationToken);
        IModelSource source = services.GetRequiredKeyedService<IModelSource>(name);
        ModelArtifact artifact = await FetchAsync(source, cancellationToken).ConfigureAwait(false);
        OnnxSession? session = null;
        LoadedModel? model = null;
        Task files = Task.CompletedTask;
        try
        {
            IModelPipeline[] pipelines = [.. services.GetKeyedServices<IModelPipeline>(name)];
            files = Task.Run(() => Array.ForEach(pipelines, pipeline => pipeline.PrepareFiles(artifact)), CancellationToken.None);
            await runtime.ConfigureAwait(false);
            long loaded = time.GetTimestamp();
            session = sessions.Create(artifact, settings, cancellationToken);
            long created = time.GetTimestamp();
            var identity = new ModelIdentity(name, artifact.Version, artifact.Source);
            var timings = new ModelLoadTimings(time.GetElapsedTime(start, loaded), time.GetElapsedTime(loaded, created));
            model = new LoadedModel(identity, session, artifact, timings);
            await files.ConfigureAwait(false);
            foreach (IModelPipeline pipeline in pipelines)
            {
                pipeline.Prepare(model);
            }

            telemetry.Loaded(identity, time.GetElapsedTime(start));
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
            }

            throw;
        }
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "Model {Model} cannot be loaded")]
    private static partial void LogFailed(ILogger logger, Exception exception, string model);
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Puts a new version of a model into the place of the old one.</summary>
/// <remarks>
/// One model of a container at a time (the turn). Two that are out of use would wait for each other: the warm-up of one for the other,
/// whose requests wait for the first. And of two that find memory for a second session each, neither knows of the other.
/// Design: docs/architecture/model-lifecycle.md.
/// </remarks>
internal sealed partial class ModelReplacer(
    ModelLoader loader,
    ModelMemory memory,
    ModelReclaimer reclaimer,
    WeightedGate turn,
    InferenceTelemetry telemetry,
    TimeProvider time,
    ILogger<ModelReplacer> logger)
{
    /// <summary>Replaces a model where its source has another version.</summary>
    /// <returns>Whether it had, and a new one took over.</returns>
    /// <exception cref="ModelLoadException">The source cannot be asked, or the new version cannot be loaded. The old one is lent as before.</exception>
    public Task<bool> ReplaceWhenChangedAsync(ModelEntry entry, LoadedModel old, CancellationToken cancellationToken) => loader.WithinLimitAsync(
        entry.Name,
        "model.check",
        async (name, settings, activity, token) =>
        {
            string version = await loader.GetVersionAsync(name, token).ConfigureAwait(false);
            return version != old.Identity.Version && await ReplaceAsync(entry, old, version, settings, activity, token).ConfigureAwait(false);
        },
        report: false,
        cancellationToken);

    private async Task<bool> ReplaceAsync(
        ModelEntry entry, LoadedModel old, string version, ModelOptions settings, Activity? activity, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        ModelArtifact artifact = await loader.FetchAsync(entry.Name, cancellationToken).ConfigureAwait(false);
        string served = artifact.Version;
        if (served != version)
        {
            // It may have changed once more meanwhile; else a fallback served, which takes the place of no model that works.
            string again;
            try
            {
                again = await loader.GetVersionAsync(entry.Name, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                artifact.Dispose();
                throw;
            }

            if (again != served || served == old.Identity.Version)
            {
                string source = artifact.Source;
                artifact.Dispose();
                return again == old.Identity.Version ? false : throw new ModelLoadException(
                    $"A source of model '{entry.Name}' announces version {again}, but {source} served {served}. The announced one cannot be loaded; see the reason that was logged for its source.");
            }
        }

        var next = new Candidate(entry, old, artifact, time.GetElapsedTime(start), settings, activity);
        try
        {
            await turn.EnterAsync(1, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            artifact.Dispose();
            throw;
        }

        try
        {
            return await InTurnAsync(next, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Exit(1);
        }
    }

    private async Task<bool> InTurnAsync(Candidate next, CancellationToken cancellationToken)
    {
        bool beside, warms = false;
        try
        {
            beside = next.Settings.Replacement switch
            {
                ModelReplacement.SideBySide => true,
                ModelReplacement.UnloadFirst => false,
                _ => memory.Allows(ModelFootprint.Of(next.Artifact, next.Settings)),
            };
            if (!beside)
            {
                // Afterwards the old model is gone.
                warms = await WarmsAsync(next.Old, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            next.Artifact.Dispose();
            throw;
        }

        bool replaced = beside
            ? await BesideAsync(next, cancellationToken).ConfigureAwait(false)
            : await AfterReleaseAsync(next, warms, cancellationToken).ConfigureAwait(false);
        if (replaced)
        {
            var identity = new ModelIdentity(next.Entry.Name, next.Artifact.Version, next.Artifact.Source);
            telemetry.Replaced(identity);
            LogReplaced(logger, identity.Name, next.Old.Identity.Version, identity.Version, identity.Source, beside ? "beside it" : "after it");
        }

        return replaced;
    }

    private async Task<bool> BesideAsync(Candidate next, CancellationToken cancellationToken)
    {
        LoadedModel model = await CreateWarmAsync(next, () => WarmsAsync(next.Old, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (next.Entry.TrySwap(next.Old, model))
        {
            return true;
        }

        // Evicted or disposed meanwhile: the next caller loads what there is.
        model.Retire(reclaimer);
        return false;
    }

    private async Task<bool> AfterReleaseAsync(Candidate next, bool warms, CancellationToken cancellationToken)
    {
        // The files of the old model stay: they are the way back.
        if (next.Entry.TryTakeOut(next.Old) is not { } load)
        {
            next.Artifact.Dispose();
            return false;
        }

        using (load)
        {
            try
            {
                await next.Old.Freed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                if (next.Old.TryAddReference())
                {
                    // Somebody uses the old model for longer than loading may take, so it goes on for all.
                    next.Old.KeepsArtifact = false;
                    next.Artifact.Dispose();
                    PublishOrFree(next.Entry, load, next.Old);
                    throw;
                }
            }

            return await FinishAsync(next, load, warms, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> FinishAsync(Candidate next, ModelLoad load, bool warms, CancellationToken cancellationToken)
    {
        LoadedModel model;
        try
        {
            model = await CreateWarmAsync(next, () => ValueTask.FromResult(warms), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            try
            {
                LoadedModel again = await loader.CreateAsync(
                    next.Entry.Name, next.Settings, next.Old.Artifact, TimeSpan.Zero, Task.CompletedTask, null, load.Token).ConfigureAwait(false);
                PublishOrFree(next.Entry, load, again, cause);
            }
            catch (Exception second)
            {
                next.Entry.Fail(load, second);
                LogLost(logger, second, next.Entry.Name);
            }

            throw;
        }

        bool published = PublishOrFree(next.Entry, load, model);
        next.Old.Artifact.Dispose();

        // What creating the session took and gave back comes after the old model's end here, so nothing else returns it.
        NativeHeap.Trim();
        return published;
    }

    private bool PublishOrFree(ModelEntry entry, ModelLoad load, LoadedModel model, Exception? error = null)
    {
        if (entry.Publish(load, model, error))
        {
            return true;
        }

        model.Retire(reclaimer);
        load.Fail(new OperationCanceledException($"The model '{entry.Name}' was being replaced when its registry was disposed."));
        return false;
    }

    private async Task<LoadedModel> CreateWarmAsync(Candidate next, Func<ValueTask<bool>> oldWarms, CancellationToken cancellationToken)
    {
        LoadedModel model = await loader.CreateAsync(
            next.Entry.Name, next.Settings, next.Artifact, next.Fetching, Task.CompletedTask, next.Activity, cancellationToken).ConfigureAwait(false);
        bool good = false;
        try
        {
            await loader.WarmUpAsync(model, cancellationToken).ConfigureAwait(false);
            good = true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Where the old model does not take synthetic input either, that says nothing against the new one.
            if (await oldWarms().ConfigureAwait(false))
            {
                throw;
            }

            good = true;
            LogNotWarm(logger, next.Entry.Name, model.Identity.Version, exception.Message);
        }
        finally
        {
            if (!good)
            {
                model.Retire(reclaimer);
            }
        }

        return model;
    }

    private async ValueTask<bool> WarmsAsync(LoadedModel model, CancellationToken cancellationToken)
    {
        try
        {
            await loader.WarmUpAsync(model, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return true; // evicted meanwhile
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A pipeline of the application may throw what it likes at zeros that no request brings.
            return false;
        }
    }

    private sealed record Candidate(
        ModelEntry Entry, LoadedModel Old, ModelArtifact Artifact, TimeSpan Fetching, ModelOptions Settings, Activity? Activity);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "Replaced model {Model} {Old} by {Version} from {Source}, loaded {How}")]
    private static partial void LogReplaced(ILogger logger, string model, string old, string version, string source, string how);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "Model {Model} was given up for a new version that failed, and could not be loaded again from its own files")]
    private static partial void LogLost(ILogger logger, Exception exception, string model);

    [LoggerMessage(EventId = 8, Level = LogLevel.Warning, Message = "Model {Model} {Version} was not warmed, since synthetic input does not suit it: {Reason}")]
    private static partial void LogNotWarm(ILogger logger, string model, string version, string reason);
}

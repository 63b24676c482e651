using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Replaces a loaded model with a newer version.</summary>
/// <remarks>
/// <para>Only one replacement runs at a time per service container (<c>replacementLock</c>), for two reasons. Deadlock: while a model is
/// unloaded, its warm-up may call a second model; if that one is being replaced as well, each waits for the other. Memory: two concurrent
/// replacements would both see the same free memory and both load a second session.</para>
/// <para>Checking the version and fetching the files need no lock and take the longest, so they happen before it is taken.</para>
/// <code>
/// side by side:  Ready(old) ── create, warm up ──> TrySwap ──> Ready(new)      requests never wait
///                            └─ failure ────────────────────> Ready(old)
///
/// unload first:  Ready(old) ── TryDetach ──> Loading ── old is freed ── create, warm up ──> Publish ──> Ready(new)
///                                              │                     └─ failure: create again from the old files ──> Ready(old)
///                                              └─ time limit while a lease is still held ──> Publish(old) ──> Ready(old)
/// </code>
/// <para>States and locks of all types that take part: docs/architecture/concurrency.md.</para>
/// </remarks>
internal sealed partial class ModelReplacer(
    ModelLoader loader,
    ModelMemory memory,
    ModelReclaimer reclaimer,
    WeightedGate replacementLock,
    InferenceTelemetry telemetry,
    TimeProvider time,
    ILogger<ModelReplacer> logger)
{
    /// <summary>Replaces a model if its source has a different version.</summary>
    /// <returns>Whether there was a different version and it is now in use.</returns>
    /// <exception cref="ModelLoadException">
    /// The source did not answer, or the new version cannot be loaded. The old version stays in use.
    /// </exception>
    public Task<bool> ReplaceIfChangedAsync(ModelEntry entry, LoadedModel current, CancellationToken cancellationToken) =>
        loader.WithinLimitAsync(
            entry.Name,
            "model.check",
            async (name, settings, activity, token) =>
            {
                string version = await loader.GetVersionAsync(name, token).ConfigureAwait(false);
                return version != current.Identity.Version
                    && await ReplaceAsync(entry, current, version, settings, activity, token).ConfigureAwait(false);
            },
            report: false,
            cancellationToken);

    private async Task<bool> ReplaceAsync(
        ModelEntry entry, LoadedModel old, string version, ModelOptions settings, Activity? activity, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        ModelArtifact artifact = await loader.FetchAsync(entry.Name, cancellationToken).ConfigureAwait(false);
        if (artifact.Version != version && !await IsCurrentAsync(entry, old, artifact, version, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await loader.ReadAheadAsync(artifact, settings, Task.CompletedTask, cancellationToken).ConfigureAwait(false);
        var next = new Candidate(entry, old, artifact, time.GetElapsedTime(start), settings, activity);
        try
        {
            await replacementLock.EnterAsync(1, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            artifact.Dispose();
            throw;
        }

        try
        {
            return await ReplaceExclusivelyAsync(next, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            replacementLock.Exit(1);
        }
    }

    /// <summary>Decides what it means that the fetched files have a different version than the one announced before.</summary>
    /// <remarks>
    /// Either the source changed again in between, and the fetched version is the newest; or a fallback source provided the files, and a
    /// fallback must not replace a model that works.
    /// </remarks>
    /// <returns>
    /// Whether the fetched version is the newest. If <see langword="false"/>, the source has returned to the version in use; the files are
    /// disposed then, as they are after an exception.
    /// </returns>
    /// <exception cref="ModelLoadException">A fallback provided the files.</exception>
    private async Task<bool> IsCurrentAsync(
        ModelEntry entry, LoadedModel old, ModelArtifact artifact, string announcedVersion, CancellationToken cancellationToken)
    {
        string fetchedVersion = artifact.Version;
        string currentVersion;
        try
        {
            currentVersion = await loader.GetVersionAsync(entry.Name, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            artifact.Dispose();
            throw;
        }

        if (currentVersion == fetchedVersion && fetchedVersion != old.Identity.Version)
        {
            return true;
        }

        string source = artifact.Source;
        artifact.Dispose();
        return currentVersion == old.Identity.Version ? false : throw new ModelLoadException(
            $"A source of model '{entry.Name}' announces version {announcedVersion}, but {source} provided {fetchedVersion}. The " +
            "announced version cannot be loaded; the log has the reason for its source.");
    }

    private async Task<bool> ReplaceExclusivelyAsync(Candidate next, CancellationToken cancellationToken)
    {
        bool sideBySide, canWarmUp = false;
        try
        {
            sideBySide = next.Settings.Replacement switch
            {
                ModelReplacement.SideBySide => true,
                ModelReplacement.UnloadFirst => false,
                _ => memory.Allows(ModelFootprint.Estimate(next.Artifact, next.Settings)),
            };
            if (!sideBySide)
            {
                // This has to be found out now: afterwards the old model is unloaded.
                canWarmUp = await CanWarmUpAsync(next.Old, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            next.Artifact.Dispose();
            throw;
        }

        bool replaced = sideBySide
            ? await ReplaceSideBySideAsync(next, cancellationToken).ConfigureAwait(false)
            : await UnloadAndReplaceAsync(next, canWarmUp, cancellationToken).ConfigureAwait(false);
        if (replaced)
        {
            var identity = new ModelIdentity(next.Entry.Name, next.Artifact.Version, next.Artifact.Source);
            telemetry.Replaced(identity);
            LogReplaced(
                logger, identity.Name, next.Old.Identity.Version, identity.Version, identity.Source,
                sideBySide ? "side by side" : "after unloading it");
        }

        return replaced;
    }

    private async Task<bool> ReplaceSideBySideAsync(Candidate next, CancellationToken cancellationToken)
    {
        LoadedModel model = await CreateWarmAsync(next, () => CanWarmUpAsync(next.Old, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (next.Entry.TrySwap(next.Old, model))
        {
            return true;
        }

        // The old model was evicted or disposed meanwhile. The next caller loads whatever version is current then.
        model.Retire(reclaimer);
        return false;
    }

    private async Task<bool> UnloadAndReplaceAsync(Candidate next, bool canWarmUp, CancellationToken cancellationToken)
    {
        // TryDetach keeps the files of the old model, because they are needed if the new model fails.
        if (next.Entry.TryDetach(next.Old) is not { } load)
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
                // A lease of the old model has been held for longer than loading may take, so the old model goes back into use. If no
                // reference is left, the model is being freed at this moment, and the replacement continues (and fails at once where it
                // observes the token, which creates the old model again from its files).
                if (next.Old.TryAddReference())
                {
                    next.Old.KeepsArtifact = false;
                    next.Artifact.Dispose();
                    PublishOrFree(next.Entry, load, next.Old);
                    throw;
                }
            }

            return await CreateAndPublishAsync(next, load, canWarmUp, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> CreateAndPublishAsync(Candidate next, ModelLoad load, bool canWarmUp, CancellationToken cancellationToken)
    {
        LoadedModel model;
        try
        {
            model = await CreateWarmAsync(next, () => ValueTask.FromResult(canWarmUp), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            await RestoreAsync(next, load, cause).ConfigureAwait(false);
            throw;
        }

        bool published = PublishOrFree(next.Entry, load, model);
        next.Old.Artifact.Dispose();

        // The reclaimer has already trimmed the heap, when it freed the old model. What creating the new session allocated and freed comes
        // after that, so nobody else returns it.
        NativeHeap.Trim();
        return published;
    }

    /// <summary>Loads the old version again from its own files after the new one has failed.</summary>
    private async Task RestoreAsync(Candidate next, ModelLoad load, Exception cause)
    {
        try
        {
            // Not the token of the replacement, whose time limit may be what has just ended it.
            LoadedModel restored = await loader.CreateAsync(
                next.Entry.Name, next.Settings, next.Old.Artifact, TimeSpan.Zero, Task.CompletedTask, null, load.Token)
                .ConfigureAwait(false);
            PublishOrFree(next.Entry, load, restored, cause);
        }
        catch (Exception exception)
        {
            next.Entry.Fail(load, exception);
            LogLost(logger, exception, next.Entry.Name);
        }
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

    private async Task<LoadedModel> CreateWarmAsync(
        Candidate next, Func<ValueTask<bool>> canOldModelWarmUp, CancellationToken cancellationToken)
    {
        LoadedModel model = await loader.CreateAsync(
            next.Entry.Name, next.Settings, next.Artifact, next.Fetching, Task.CompletedTask, next.Activity, cancellationToken)
            .ConfigureAwait(false);
        bool accepted = false;
        try
        {
            await loader.WarmUpAsync(model, cancellationToken).ConfigureAwait(false);
            accepted = true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // If the old model fails on synthetic input as well, the failure does not count against the new one.
            if (await canOldModelWarmUp().ConfigureAwait(false))
            {
                throw;
            }

            accepted = true;
            LogNotWarm(logger, next.Entry.Name, model.Identity.Version, exception.Message);
        }
        finally
        {
            if (!accepted)
            {
                model.Retire(reclaimer);
            }
        }

        return model;
    }

    private async ValueTask<bool> CanWarmUpAsync(LoadedModel model, CancellationToken cancellationToken)
    {
        try
        {
            await loader.WarmUpAsync(model, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ObjectDisposedException)
        {
            // The model was evicted meanwhile. Assuming the best of it holds the new model to the stricter standard.
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A pipeline of the application may throw any exception on zeros, which no real request contains.
            return false;
        }
    }

    /// <summary>A version that has been fetched and is about to replace the current one.</summary>
    private sealed record Candidate(
        ModelEntry Entry, LoadedModel Old, ModelArtifact Artifact, TimeSpan Fetching, ModelOptions Settings, Activity? Activity);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message =
        "Replaced model {Model} {Old} by {Version} from {Source}, loaded {How}")]
    private static partial void LogReplaced(ILogger logger, string model, string old, string version, string source, string how);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message =
        "Model {Model} was unloaded for a new version that failed, and could not be loaded again from its own files")]
    private static partial void LogLost(ILogger logger, Exception exception, string model);

    [LoggerMessage(EventId = 8, Level = LogLevel.Warning, Message =
        "Model {Model} {Version} was not warmed up because it does not accept synthetic input: {Reason}")]
    private static partial void LogNotWarm(ILogger logger, string model, string version, string reason);
}

namespace ServerlessInference.Sessions;

/// <summary>The registered models of an application: loads each model once, shares it among all callers, and reports its state.</summary>
/// <remarks>
/// A singleton, and thread-safe. Any number of simultaneous first callers cause one load. A failed load is not cached: the next caller
/// tries again.
/// </remarks>
public interface IModelRegistry
{
    /// <summary>Gets the names of the registered models, in registration order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Leases a model, loading it first if it is not loaded yet.</summary>
    /// <remarks>
    /// Dispose the lease before you wait for the same model again (through another lease, its pipeline, or <see cref="RefreshAsync"/>).
    /// Otherwise you may wait for yourself: a replacement that unloads the old version first waits until every lease of it is disposed.
    /// </remarks>
    /// <param name="name">The name under which the model is registered.</param>
    /// <param name="cancellationToken">Stops this caller's waiting. Loading is cancelled when no caller waits for it any more.</param>
    /// <returns>A lease on the model; dispose it when you no longer use the model.</returns>
    /// <exception cref="ArgumentException">No model has that name; the message lists the registered names.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<ModelLease> AcquireAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Loads every model that is registered with <see cref="Models.ModelOptions.Preload"/>.</summary>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <returns>A task that completes when all of them are loaded.</returns>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    Task PreloadAsync(CancellationToken cancellationToken = default);

    /// <summary>Loads a model if it is not loaded yet, and runs its whole pipeline once on synthetic input.</summary>
    /// <remarks>
    /// If a check for a new version is due (<see cref="Models.ModelOptions.CheckInterval"/>), this method waits for the check, and for the
    /// new version if there is one.
    /// </remarks>
    /// <param name="name">The name under which the model is registered.</param>
    /// <param name="cancellationToken">Cancels waiting and running.</param>
    /// <returns>The model that is now warm.</returns>
    /// <exception cref="ArgumentException">No model has that name; the message lists the registered names.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    ValueTask<ModelIdentity> WarmUpAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Checks a loaded model's source for a new version now, and replaces the model if there is one.</summary>
    /// <remarks>The check is made regardless of <see cref="Models.ModelOptions.CheckInterval"/>.</remarks>
    /// <param name="name">The name under which the model is registered.</param>
    /// <param name="cancellationToken">Stops this caller's waiting; the replacement continues.</param>
    /// <returns>
    /// Whether a new version is now in use. Also <see langword="false"/> if the model is not loaded, because loading it takes the newest
    /// version anyway.
    /// </returns>
    /// <exception cref="ArgumentException">No model has that name; the message lists the registered names.</exception>
    /// <exception cref="ModelLoadException">
    /// The source did not answer, or the new version cannot be loaded. The old version stays in use.
    /// </exception>
    ValueTask<bool> RefreshAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Gets the state of a model, without loading it.</summary>
    /// <param name="name">The name under which the model is registered.</param>
    /// <returns>Its state.</returns>
    /// <exception cref="ArgumentException">No model has that name; the message lists the registered names.</exception>
    ModelStatus GetStatus(string name);
}

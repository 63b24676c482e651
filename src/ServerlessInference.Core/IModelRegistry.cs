using ServerlessInference.Sessions;

namespace ServerlessInference;

/// <summary>The registered models of an application: loads each once, keeps it for all callers, and knows its state.</summary>
/// <remarks>
/// <para>Thread-safe, a singleton. Any number of simultaneous first callers cause one load; a failed load is not kept, the next
/// caller tries again.</para>
/// </remarks>
public interface IModelRegistry
{
    /// <summary>Gets the names of the registered models, in the order of their registration.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Lends a model, loading it first where that has not happened yet.</summary>
    /// <remarks>
    /// Dispose the lease before you wait for the same model again (another lease, its pipeline, <see cref="RefreshAsync"/>): where a new
    /// version is loaded after the old one has gone, it waits for every lease of that one.
    /// </remarks>
    /// <param name="name">The name under which it is registered.</param>
    /// <param name="cancellationToken">Ends the caller's waiting; the loading ends with its last waiting caller.</param>
    /// <returns>The model; the caller disposes the lease when it no longer uses it.</returns>
    /// <exception cref="ArgumentException">No model has that name; the message lists the registered ones.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<ModelLease> AcquireAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Loads every model that is registered with <see cref="Models.ModelOptions.Preload"/>.</summary>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>A task that ends when all are loaded.</returns>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    Task PreloadAsync(CancellationToken cancellationToken = default);

    /// <summary>Loads a model where that has not happened yet, and runs it once on synthetic input with all that its pipeline does.</summary>
    /// <remarks>Where a check for a new version is due (<see cref="Models.ModelOptions.CheckInterval"/>), it is waited for, and the new version with it.</remarks>
    /// <param name="name">The name under which it is registered.</param>
    /// <param name="cancellationToken">Ends waiting and running.</param>
    /// <returns>The model that is now warm.</returns>
    /// <exception cref="ArgumentException">No model has that name; the message lists the registered ones.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    ValueTask<ModelIdentity> WarmUpAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Asks a loaded model's source for a new version now, whatever <see cref="Models.ModelOptions.CheckInterval"/> says, and lets it take over.</summary>
    /// <param name="name">The name under which it is registered.</param>
    /// <param name="cancellationToken">Ends the caller's waiting; the replacement goes on.</param>
    /// <returns>Whether a new version took over; <see langword="false"/> too where the model is not loaded, since loading it takes the newest.</returns>
    /// <exception cref="ArgumentException">No model has that name; the message lists the registered ones.</exception>
    /// <exception cref="ModelLoadException">The source cannot be asked, or the new version cannot be loaded. The old one is lent as before.</exception>
    ValueTask<bool> RefreshAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Tells how a model is, without loading it.</summary>
    /// <param name="name">The name under which it is registered.</param>
    /// <returns>Its state.</returns>
    /// <exception cref="ArgumentException">No model has that name; the message lists the registered ones.</exception>
    ModelStatus GetStatus(string name);
}

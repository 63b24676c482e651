namespace ServerlessInference.Sessions;

/// <summary>The status of a registered model.</summary>
/// <param name="State">Its state.</param>
/// <param name="Model">The loaded model; <see langword="null"/> if none is loaded.</param>
/// <param name="Error">
/// Why the last load failed; <see langword="null"/> if it did not. If the state is <see cref="ModelState.Ready"/>: why the model was not
/// replaced by a new version.
/// </param>
public sealed record ModelStatus(ModelState State, ModelIdentity? Model, Exception? Error);

namespace ServerlessInference.Sessions;

/// <summary>How a registered model is.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Model">The loaded model; <see langword="null"/> where none is.</param>
/// <param name="Error">
/// Why the last load failed; <see langword="null"/> where it did not. Beside a model that is ready: why a new version could not take its place.
/// </param>
public sealed record ModelStatus(ModelState State, ModelIdentity? Model, Exception? Error);

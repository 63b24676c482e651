namespace ServerlessInference.Sessions;

/// <summary>Registers a model by its name. Everything else about the model is registered under that name as a key.</summary>
internal sealed record ModelRegistration(string Name);

namespace ServerlessInference.Sessions;

/// <summary>Says that a model of this name exists.</summary>
internal sealed record ModelRegistration(string Name);

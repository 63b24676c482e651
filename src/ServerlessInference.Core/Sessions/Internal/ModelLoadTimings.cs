namespace ServerlessInference.Sessions;

/// <summary>How long loading a model took.</summary>
internal readonly record struct ModelLoadTimings(TimeSpan Source, TimeSpan Session);

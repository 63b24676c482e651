namespace ServerlessInference.Sessions;

/// <summary>How long loading a model took: fetching its files, and creating its session.</summary>
internal readonly record struct ModelLoadTimings(TimeSpan Source, TimeSpan Session);

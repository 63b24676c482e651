namespace ServerlessInference.Packages;

/// <summary>Begins to give the runtime managed assemblies. It is there only where the application asked for it, so that native programs hold nothing of it.</summary>
/// <param name="Begin">Takes names inside the package and paths.</param>
internal sealed record AssemblyLoading(Func<IEnumerable<KeyValuePair<string, string>>, IDisposable> Begin);

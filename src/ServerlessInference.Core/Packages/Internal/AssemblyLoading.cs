namespace ServerlessInference.Packages;

/// <summary>
/// Starts to provide managed assemblies to the runtime. It is registered only if the application asks for it, so that nothing of it is
/// compiled into native programs.
/// </summary>
/// <param name="Begin">Starts, given the names within the package and the paths.</param>
internal sealed record AssemblyLoading(Func<IEnumerable<KeyValuePair<string, string>>, IDisposable> Begin);

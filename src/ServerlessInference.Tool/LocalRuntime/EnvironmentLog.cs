namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The log of an execution environment. Its delegates are called from several threads.</summary>
/// <param name="Function">Receives each line that the function writes.</param>
/// <param name="Platform">Receives each message of the environment itself.</param>
internal sealed record EnvironmentLog(Action<string> Function, Action<string> Platform);

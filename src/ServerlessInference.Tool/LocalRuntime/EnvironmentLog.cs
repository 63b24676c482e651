namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Where an execution environment reports to. Called from several threads.</summary>
/// <param name="Function">Takes each line that the function writes.</param>
/// <param name="Platform">Takes each line that the environment itself has to say.</param>
internal sealed record EnvironmentLog(Action<string> Function, Action<string> Platform);

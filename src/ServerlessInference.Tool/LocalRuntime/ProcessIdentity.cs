namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>A process that cannot be mistaken for a later one with the same id.</summary>
/// <param name="Id">The process id.</param>
/// <param name="StartTime">When it started, in clock ticks since the machine did.</param>
internal readonly record struct ProcessIdentity(int Id, long StartTime);

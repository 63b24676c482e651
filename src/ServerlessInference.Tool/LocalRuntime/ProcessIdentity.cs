namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Identifies a process in such a way that it cannot be confused with a later one that has the same id.</summary>
/// <param name="Id">The process id.</param>
/// <param name="StartTime">The start time, in clock ticks since the machine booted.</param>
internal readonly record struct ProcessIdentity(int Id, long StartTime);

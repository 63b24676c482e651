namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The timings of an invocation that had to start the function.</summary>
/// <param name="Init">From process start to the first <c>GET invocation/next</c>; null if it never came.</param>
/// <param name="Total">From process start to the answer; if the init was repeated, from the first start.</param>
/// <param name="InitRepeated">Whether the init phase failed and was repeated within the invocation.</param>
internal sealed record ColdStart(TimeSpan? Init, TimeSpan Total, bool InitRepeated);

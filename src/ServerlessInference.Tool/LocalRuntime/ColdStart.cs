namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The timings of an invocation that had to start the function.</summary>
/// <param name="Init">Process start to first <c>GET invocation/next</c>; null where that never came.</param>
/// <param name="Total">Process start to the answer; where the init was repeated, from the first start on.</param>
/// <param name="InitRepeated">Whether the init phase failed and was repeated within the invocation.</param>
internal sealed record ColdStart(TimeSpan? Init, TimeSpan Total, bool InitRepeated);

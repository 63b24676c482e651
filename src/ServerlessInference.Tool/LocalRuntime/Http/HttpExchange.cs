namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>One answered request.</summary>
/// <param name="Method">The request's method.</param>
/// <param name="Path">The request's path, without the query.</param>
/// <param name="Status">The status that the client got.</param>
/// <param name="Duration">From the request's headers to the answer, waiting for a free function included.</param>
/// <param name="Invocation">The invocation, or null where the function was not called.</param>
/// <param name="Problem">Why the front, not the function, made the answer; otherwise null.</param>
internal sealed record HttpExchange(string Method, string Path, int Status, TimeSpan Duration, InvocationResult? Invocation, string? Problem);

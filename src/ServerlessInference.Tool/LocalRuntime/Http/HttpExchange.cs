namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>A request and its response.</summary>
/// <param name="Method">The method of the request.</param>
/// <param name="Path">The path of the request, without the query.</param>
/// <param name="Status">The status code of the response.</param>
/// <param name="Duration">From the headers of the request to the response, including the wait for a free function.</param>
/// <param name="Invocation">The invocation, or null if the function was not called.</param>
/// <param name="Problem">The reason why the response is not the function's; otherwise null.</param>
internal sealed record HttpExchange(
    string Method, string Path, int Status, TimeSpan Duration, InvocationResult? Invocation, string? Problem);

using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>
/// Answers the requests of one path with one or several methods. The <see cref="HttpRoute"/> calls the endpoint that a request is for.
/// </summary>
/// <param name="path">The path; a slash at its end does not matter.</param>
/// <param name="methods">The methods, in capital letters.</param>
/// <param name="model">The model that answers, for messages.</param>
/// <param name="usage">
/// A request to this endpoint in words, for the answer to one with another method: "POST with an input as the body".
/// </param>
/// <remarks>
/// A protocol is a set of endpoints and a method that maps them: our own protocol has <see cref="InferenceEndpoint"/> for <c>POST</c> and
/// <see cref="ModelStatusEndpoint"/> for <c>GET</c>. Thread-safe after <see cref="Prepare"/>.
/// </remarks>
internal abstract class HttpEndpoint(string path, string[] methods, string model, string usage)
{
    /// <summary>The path without a slash at its end; empty for the root.</summary>
    public readonly string Path = path.TrimEnd('/');

    public readonly string[] Methods = methods;

    public readonly string Model = model;

    public readonly string Usage = usage;

    /// <summary>Gets a value indicating whether requests must wait until the models are loaded.</summary>
    public virtual bool NeedsModels => true;

    /// <summary>Gets the body of a request for the dry run; <see langword="null"/> if this endpoint does not take part in it.</summary>
    public virtual ReadOnlyMemory<byte>? DryRunBody => null;

    /// <summary>Resolves the services that the endpoint needs, once, during the function's initialization.</summary>
    /// <param name="services">The function's services.</param>
    /// <param name="failures">Receives a message for everything that is wrong; all of them are reported together.</param>
    public abstract void Prepare(FunctionServices services, ICollection<string> failures);

    /// <summary>Answers a request with <see cref="HttpAnswer"/>. An exception is answered by the route, with problem details.</summary>
    public abstract ValueTask HandleAsync(Invocation invocation, EventKind kind, HttpRequest request, CancellationToken cancellationToken);
}

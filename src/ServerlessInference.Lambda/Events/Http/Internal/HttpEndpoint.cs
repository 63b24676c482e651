using ServerlessInference.Pipelines;

namespace ServerlessInference.Lambda;

/// <summary>A path that a model answers.</summary>
internal sealed class HttpEndpoint(string model, string path)
{
    public string Model => model;

    /// <summary>Gets the path without a slash at its end; empty for the root.</summary>
    public string Path { get; } = path.TrimEnd('/');

    public IEncodedPipeline? Pipeline { get; set; }
}

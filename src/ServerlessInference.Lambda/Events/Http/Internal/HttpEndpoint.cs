using ServerlessInference.Pipelines;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>A path that a model answers.</summary>
internal sealed class HttpEndpoint(string model, string path, HttpInputOptions? options = null)
{
    public string Model => model;

    /// <summary>Gets the path without a slash at its end; empty for the root.</summary>
    public string Path { get; } = path.TrimEnd('/');

    /// <summary>Gets what the application set; <see langword="null"/> for the defaults.</summary>
    public HttpInputOptions? Options => options;

    public IEncodedPipeline? Pipeline { get; set; }

    /// <summary>Gets or sets where results go beside the answer; mostly <see langword="null"/>.</summary>
    public IResultSink? Sink { get; set; }
}

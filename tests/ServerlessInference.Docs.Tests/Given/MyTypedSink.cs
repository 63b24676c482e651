using ServerlessInference.Results;
using ServerlessInference.Vision;

namespace ServerlessInference.Docs.Tests.Given;

/// <summary>A destination of results of one type.</summary>
public sealed class MyTypedSink : IResultSink<ImageClassification>
{
    public ValueTask WriteAsync(
        SinkRecord record, InferenceResult<ImageClassification> result, CancellationToken cancellationToken = default) => default;
}

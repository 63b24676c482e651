using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Support;

/// <summary>Takes rows of one number, and warms up with a row of its own: a zero.</summary>
internal sealed class WarmRow : IPreprocessor<ReadOnlyMemory<float>>
{
    private readonly FeatureVectorPreprocessor _inner = new();

    public bool TryCreateWarmupInput(LoadedModel model, out ReadOnlyMemory<float> input)
    {
        input = new float[1];
        return true;
    }

    public ValueTask PreprocessAsync(
        ReadOnlyMemory<ReadOnlyMemory<float>> inputs, InferenceBatch batch, CancellationToken cancellationToken) =>
        _inner.PreprocessAsync(inputs, batch, cancellationToken);
}

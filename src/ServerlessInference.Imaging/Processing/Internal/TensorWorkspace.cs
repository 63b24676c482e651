namespace ServerlessInference.Imaging.Processing;

/// <summary>The working memory for writing one tensor at a time. Not thread-safe.</summary>
internal sealed class TensorWorkspace
{
    private byte[] _row = [];

    public ResamplerSet Resamplers { get; } = new(VectorPaths.Best);

    public Span<byte> Row(int length)
    {
        if (_row.Length < length)
        {
            _row = GC.AllocateUninitializedArray<byte>(length);
        }

        return _row.AsSpan(0, length);
    }
}

namespace ServerlessInference.Tokenizers.Models;

/// <summary>The working memory of the models that split words, kept between calls. One thread at a time uses it.</summary>
internal sealed class ModelScratch
{
    private const int MaxKeptLength = 1 << 16;

    private byte[] _key = new byte[256];

    internal WordBytes Word { get; } = new();

    internal MergeQueue Merges { get; } = new();

    internal BestPaths Paths { get; } = new();

    internal void Trim()
    {
        Word.Trim(MaxKeptLength);
        Merges.Trim(MaxKeptLength);
        Paths.Trim(MaxKeptLength);
        _key = _key.Length > MaxKeptLength ? new byte[256] : _key;
    }

    /// <summary>Gets room for a key of a length, after which bytes are readable as a look-up needs it.</summary>
    internal byte[] GetKey(int length)
    {
        if (_key.Length < length + 16)
        {
            _key = new byte[checked((length + 16) * 2)];
        }

        return _key;
    }
}

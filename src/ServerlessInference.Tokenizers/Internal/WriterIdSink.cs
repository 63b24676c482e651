using System.Buffers;

namespace ServerlessInference.Tokenizers;

/// <summary>Writes ids into a buffer writer of the caller, in blocks.</summary>
internal ref struct WriterIdSink(IBufferWriter<int> writer) : ITokenSink
{
    private const int Block = 256;

    private readonly IBufferWriter<int> _writer = writer;
    private Span<int> _block;
    private int _used;

    public readonly bool IsFull => false;

    public void Add(int id, int start, int end, int word)
    {
        if (_used == _block.Length)
        {
            Flush();
            _block = _writer.GetSpan(Block);
        }

        _block[_used++] = id;
    }

    internal void Flush()
    {
        if (_used > 0)
        {
            _writer.Advance(_used);
        }

        _block = default;
        _used = 0;
    }

    public void AddMatch(AddedTokenMatch match, int word) => Add(match.Id, match.Start, match.End, word);
}

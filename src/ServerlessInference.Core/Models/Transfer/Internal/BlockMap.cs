using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Transfer;

/// <summary>Which blocks of an object are there already; written beside the file, one byte a block, so that another process can go on.</summary>
/// <remarks>Thread-safe for marks of different blocks.</remarks>
internal sealed class BlockMap : IDisposable
{
    public const int BlockSize = 1024 * 1024;

    private readonly byte[] _done;
    private readonly long _length;
    private readonly SafeFileHandle? _file;
    private readonly Channel<int> _marked = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Creates a map.</summary>
    /// <param name="length">The object's size in bytes.</param>
    /// <param name="path">Where to keep it; <see langword="null"/> keeps it in memory.</param>
    public BlockMap(long length, string? path = null)
    {
        _length = length;
        _done = new byte[(length + BlockSize - 1) / BlockSize];
        if (path is not null)
        {
            _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            RandomAccess.Read(_file, _done, 0);
        }

        for (int i = 0; i < _done.Length; i++)
        {
            if (_done[i] != 0)
            {
                _marked.Writer.TryWrite(i);
            }
        }
    }

    public int Count => _done.Length;

    /// <summary>Gets how many bytes are missing.</summary>
    public long MissingBytes => Missing(long.MaxValue).Sum(range => range.Length);

    /// <summary>Gets where the last block ends that is there: a file that holds what the map says is as long at least.</summary>
    public long End => Array.FindLastIndex(_done, done => done != 0) is var last and >= 0 ? Extent(last).Offset + Extent(last).Length : 0;

    /// <summary>Gets every block that is there, each once, in the order in which they came.</summary>
    public ChannelReader<int> Marked => _marked.Reader;

    /// <summary>Notes that a block is in the file.</summary>
    public void Mark(int block)
    {
        _done[block] = 1;
        if (_file is not null)
        {
            RandomAccess.Write(_file, [1], block);
        }

        _marked.Writer.TryWrite(block);
    }

    /// <summary>Lists what is missing, in ranges of whole blocks.</summary>
    public List<(long Offset, long Length)> Missing(long rangeSize)
    {
        long most = rangeSize / BlockSize;
        var ranges = new List<(long, long)>();
        for (int i = 0; i < _done.Length; i++)
        {
            if (_done[i] != 0)
            {
                continue;
            }

            int first = i;
            while (i + 1 < _done.Length && _done[i + 1] == 0 && i + 1 - first < most)
            {
                i++;
            }

            long offset = (long)first * BlockSize;
            ranges.Add((offset, Math.Min((long)(i + 1) * BlockSize, _length) - offset));
        }

        return ranges;
    }

    public (long Offset, int Length) Extent(int block) =>
        ((long)block * BlockSize, (int)Math.Min(BlockSize, _length - ((long)block * BlockSize)));

    public void Dispose() => _file?.Dispose();
}

using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Transfer;

/// <summary>Records which blocks of an object have been downloaded, one byte per block.</summary>
/// <remarks>
/// The record can be kept in a file next to the object, so that another process can resume the download. Different blocks may be marked
/// from different threads.
/// </remarks>
internal sealed class BlockMap : IDisposable
{
    public const int BlockSize = 1024 * 1024;

    private readonly byte[] _done;
    private readonly long _length;
    private readonly SafeFileHandle? _file;
    private readonly Channel<int> _completed = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Creates a map.</summary>
    /// <param name="length">The size of the object in bytes.</param>
    /// <param name="path">The file that keeps the map; <see langword="null"/> to keep it in memory only.</param>
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
                _completed.Writer.TryWrite(i);
            }
        }
    }

    public int Count => _done.Length;

    /// <summary>Gets the number of bytes that have not been downloaded.</summary>
    public long MissingBytes => GetMissingRanges(long.MaxValue).Sum(range => range.Length);

    /// <summary>Gets the position after the last downloaded block. The file of the object must be at least this long.</summary>
    public long End
    {
        get
        {
            int last = Array.FindLastIndex(_done, done => done != 0);
            if (last < 0)
            {
                return 0;
            }

            (long offset, int length) = GetExtent(last);
            return offset + length;
        }
    }

    /// <summary>Gets every downloaded block, each once, in the order in which they were completed.</summary>
    public ChannelReader<int> Completed => _completed.Reader;

    /// <summary>Records that a block has been written to the object's file.</summary>
    public void Mark(int block)
    {
        _done[block] = 1;
        if (_file is not null)
        {
            RandomAccess.Write(_file, [1], block);
        }

        _completed.Writer.TryWrite(block);
    }

    /// <summary>Gets what is missing, as ranges of whole blocks.</summary>
    /// <param name="maxLength">The length of a range, in bytes, at most; a range has at least one block.</param>
    public List<(long Offset, long Length)> GetMissingRanges(long maxLength)
    {
        long maxBlocks = maxLength / BlockSize;
        var ranges = new List<(long, long)>();
        for (int i = 0; i < _done.Length; i++)
        {
            if (_done[i] != 0)
            {
                continue;
            }

            int first = i;
            while (i + 1 < _done.Length && _done[i + 1] == 0 && i + 1 - first < maxBlocks)
            {
                i++;
            }

            long offset = (long)first * BlockSize;
            ranges.Add((offset, Math.Min((long)(i + 1) * BlockSize, _length) - offset));
        }

        return ranges;
    }

    /// <summary>Gets where a block is in the object.</summary>
    public (long Offset, int Length) GetExtent(int block) =>
        ((long)block * BlockSize, (int)Math.Min(BlockSize, _length - ((long)block * BlockSize)));

    public void Dispose() => _file?.Dispose();
}

using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Transfer;

/// <summary>Brings an object into a file: several ranges at once, each written where it belongs, digested in order behind them.</summary>
/// <remarks>
/// The file may be one in memory. Blocks that the map has already are not fetched again, but digested like the others. Every range waits for its turn,
/// which downloads of other objects may share.
/// </remarks>
internal sealed class ParallelDownload(IRemoteObject source, RemoteModelOptions options, SemaphoreSlim turns, TimeProvider time, ILogger logger)
{
    /// <summary>Smaller ranges cost more requests than further connections gain.</summary>
    private const int LeastRange = 8 * BlockMap.BlockSize;

    public async Task<ContentDigest> RunAsync(SafeFileHandle file, BlockMap blocks, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<(long Offset, long Length)> ranges = blocks.Missing(source.AcceptsRanges ? RangeSize() : long.MaxValue);
        int next = -1;
        var tasks = new List<Task>();
        Task<ContentDigest> digest = Task.Run(() => DigestAsync(file, blocks, algorithm, failed.Token), cancellationToken);
        tasks.Add(digest);
        for (int i = 0; i < Math.Min(source.AcceptsRanges ? options.Parallelism : 1, ranges.Count); i++)
        {
            tasks.Add(Task.Run(WorkAsync, cancellationToken));
        }

        await AllOrFirstFailureAsync(tasks, failed).ConfigureAwait(false);
        return await digest.ConfigureAwait(false);

        async Task WorkAsync()
        {
            var reader = new RangeReader(source, options, time, logger);
            for (int i = Interlocked.Increment(ref next); i < ranges.Count; i = Interlocked.Increment(ref next))
            {
                await turns.WaitAsync(failed.Token).ConfigureAwait(false);
                try
                {
                    await reader.ReadAsync(ranges[i].Offset, ranges[i].Length, Write, failed.Token).ConfigureAwait(false);
                }
                finally
                {
                    turns.Release();
                }
            }
        }

        ValueTask Write(long offset, ReadOnlyMemory<byte> data)
        {
            RandomAccess.Write(file, data.Span, offset);
            long end = offset + data.Length;

            // Ranges begin with a block and come in order, so a block is whole when its last byte is.
            for (int block = (int)(offset / BlockMap.BlockSize); block < blocks.Count; block++)
            {
                (long start, int length) = blocks.Extent(block);
                if (start + length > end)
                {
                    break;
                }

                blocks.Mark(block);
            }

            return ValueTask.CompletedTask;
        }
    }

    /// <summary>One and a half rounds of all connections: while the second half comes, what the first brought is digested.</summary>
    private int RangeSize() =>
        (int)Math.Clamp(source.Length * 2 / (3 * options.Parallelism), Math.Min(LeastRange, options.RangeSize), options.RangeSize);

    private static async Task<ContentDigest> DigestAsync(SafeFileHandle file, BlockMap blocks, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        using var digest = new IncrementalDigest(algorithm);
        var there = new bool[blocks.Count];
        byte[] buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);
        int next = 0;
        while (next < blocks.Count)
        {
            there[await blocks.Marked.ReadAsync(cancellationToken).ConfigureAwait(false)] = true;
            for (; next < blocks.Count && there[next]; next++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (long offset, int length) = blocks.Extent(next);
                while (length > 0)
                {
                    int read = RandomAccess.Read(file, buffer.AsSpan(0, Math.Min(buffer.Length, length)), offset);
                    if (read == 0)
                    {
                        // A map that says more than the file holds: the digest cannot be right, and what is wrong with it says the caller.
                        return digest.Finish();
                    }

                    digest.Append(buffer.AsSpan(0, read));
                    offset += read;
                    length -= read;
                }
            }
        }

        return digest.Finish();
    }

    // The first failure is the cause; those of the others, which it stopped, would hide it.
    private static async Task AllOrFirstFailureAsync(List<Task> tasks, CancellationTokenSource failed)
    {
        Task? culprit = null;
        var remaining = new List<Task>(tasks);
        while (remaining.Count > 0)
        {
            Task ended = await Task.WhenAny(remaining).ConfigureAwait(false);
            remaining.Remove(ended);
            if (!ended.IsCompletedSuccessfully && culprit is null)
            {
                culprit = ended;
                await failed.CancelAsync().ConfigureAwait(false);
            }
        }

        if (culprit is not null)
        {
            await culprit.ConfigureAwait(false);
        }
    }
}

using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using ServerlessInference.Shared;

namespace ServerlessInference.Models.Transfer;

/// <summary>Downloads an object into a file, several ranges at a time, and computes its digest while it arrives.</summary>
/// <remarks>
/// <para>Three kinds of tasks share the file and the block map:</para>
/// <list type="table">
/// <listheader><term>Task</term><description>What it does</description></listheader>
/// <item><term>range workers (up to <see cref="RemoteModelOptions.Parallelism"/>)</term><description>take the next missing range, wait for
/// a connection, write the bytes at their place in the file, and mark each block once its last byte is written</description></item>
/// <item><term>digest task (one)</term><description>reads marked blocks back from the file in order; a digest cannot be computed out of
/// order, so a block waits until all blocks before it are there</description></item>
/// <item><term>caller</term><description>waits for all of them; the first failure stops the others</description></item>
/// </list>
/// <para>The file may be a memory file. Blocks that are in the map already are not downloaded again, but they are part of the
/// digest.</para>
/// </remarks>
/// <param name="source">The object.</param>
/// <param name="options">How it is downloaded.</param>
/// <param name="connections">Limits the open connections; downloads of other objects may share it.</param>
/// <param name="retry">When a range is attempted again.</param>
/// <param name="time">The clock for timeouts and pauses.</param>
/// <param name="logger">Receives failed attempts.</param>
internal sealed class ParallelDownload(
    IRemoteObject source, RemoteModelOptions options, SemaphoreSlim connections, RetryStrategy retry, TimeProvider time, ILogger logger)
{
    /// <summary>With smaller ranges, the cost of additional requests exceeds the gain from additional connections.</summary>
    private const int MinRangeSize = 8 * BlockMap.BlockSize;

    public async Task<ContentDigest> RunAsync(
        SafeFileHandle file, BlockMap blocks, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<(long Offset, long Length)> ranges = blocks.GetMissingRanges(source.AcceptsRanges ? GetRangeSize() : long.MaxValue);
        int nextRange = -1;
        var tasks = new List<Task>();
        Task<ContentDigest> digest = Task.Run(() => DigestAsync(file, blocks, algorithm, stop.Token), cancellationToken);
        tasks.Add(digest);
        for (int i = 0; i < Math.Min(source.AcceptsRanges ? options.Parallelism : 1, ranges.Count); i++)
        {
            tasks.Add(Task.Run(DownloadRangesAsync, cancellationToken));
        }

        await WhenAllOrFirstFailureAsync(tasks, stop).ConfigureAwait(false);
        return await digest.ConfigureAwait(false);

        async Task DownloadRangesAsync()
        {
            var reader = new RangeReader(source, options.IdleTimeout, retry, time, logger);
            for (int i = Interlocked.Increment(ref nextRange); i < ranges.Count; i = Interlocked.Increment(ref nextRange))
            {
                await connections.WaitAsync(stop.Token).ConfigureAwait(false);
                try
                {
                    await reader.ReadAsync(ranges[i].Offset, ranges[i].Length, Write, stop.Token).ConfigureAwait(false);
                }
                finally
                {
                    connections.Release();
                }
            }
        }

        ValueTask Write(long offset, ReadOnlyMemory<byte> data)
        {
            RandomAccess.Write(file, data.Span, offset);
            MarkCompletedBlocks(blocks, offset, offset + data.Length);
            return ValueTask.CompletedTask;
        }
    }

    // A range starts at the start of a block and its bytes arrive in order, so a block is complete once its last byte is.
    private static void MarkCompletedBlocks(BlockMap blocks, long offset, long end)
    {
        for (int block = (int)(offset / BlockMap.BlockSize); block < blocks.Count; block++)
        {
            (long start, int length) = blocks.GetExtent(block);
            if (start + length > end)
            {
                break;
            }

            blocks.Mark(block);
        }
    }

    /// <summary>Gets the size of a range, which gives each connection one and a half ranges.</summary>
    /// <remarks>The ranges of the first round are digested while the second, half round is downloaded.</remarks>
    private int GetRangeSize() =>
        (int)Math.Clamp(source.Length * 2 / (3 * options.Parallelism), Math.Min(MinRangeSize, options.RangeSize), options.RangeSize);

    private static async Task<ContentDigest> DigestAsync(
        SafeFileHandle file, BlockMap blocks, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        using var digest = new IncrementalDigest(algorithm);
        var completed = new bool[blocks.Count];
        byte[] buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);
        int next = 0;
        while (next < blocks.Count)
        {
            completed[await blocks.Completed.ReadAsync(cancellationToken).ConfigureAwait(false)] = true;
            for (; next < blocks.Count && completed[next]; next++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (long offset, int length) = blocks.GetExtent(next);
                while (length > 0)
                {
                    int read = RandomAccess.Read(file, buffer.AsSpan(0, Math.Min(buffer.Length, length)), offset);
                    if (read == 0)
                    {
                        // The map claims more than the file contains. The digest will not match, and the caller reports what is wrong.
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

    // Only the first failure is reported: it makes the other tasks fail, and their failures would hide it.
    private static async Task WhenAllOrFirstFailureAsync(List<Task> tasks, CancellationTokenSource stop)
    {
        Task? firstFailed = null;
        var remaining = new List<Task>(tasks);
        while (remaining.Count > 0)
        {
            Task ended = await Task.WhenAny(remaining).ConfigureAwait(false);
            remaining.Remove(ended);
            if (!ended.IsCompletedSuccessfully && firstFailed is null)
            {
                firstFailed = ended;
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }

        if (firstFailed is not null)
        {
            await firstFailed.ConfigureAwait(false);
        }
    }
}

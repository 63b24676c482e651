using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Gif;

/// <summary>Decompresses the palette indices of a frame.</summary>
/// <remarks>
/// <para>Source: appendix F of the GIF89a specification (variable-length-code LZW). What is accepted follows Pillow: blocks of length 0 do
/// not end the data, but a block that the file does not contain completely does; the table is left as it is when it is full; data after the
/// last pixel is ignored.</para>
/// <para>A code stands for a string of indices: that of an earlier code, plus one. All strings are in the output already, so the table
/// holds positions in the output, and a string is copied from there.</para>
/// </remarks>
internal sealed class GifLzwReader
{
    public const int MaxMinCodeSize = 12;

    private const int MaxCodeBits = 12;
    private const int TableLength = 1 << MaxCodeBits;

    private readonly int[] _starts = new int[TableLength];
    private readonly int[] _lengths = new int[TableLength];

    /// <summary>Decompresses a frame.</summary>
    /// <param name="data">The blocks.</param>
    /// <param name="minCodeSize">The number of bits of an index, 0 to <see cref="MaxMinCodeSize"/>.</param>
    /// <param name="indices">Receives one index per pixel, in stored order.</param>
    public void Read(ReadOnlySpan<byte> data, int minCodeSize, Span<byte> indices)
    {
        int clear = 1 << minCodeSize;
        int next = clear + 2;
        int bits = minCodeSize + 1;
        int mask = (1 << bits) - 1;
        int blockRemaining = 0, at = 0, written = 0;
        int lastStart = -1, lastLength = 0;
        ulong buffer = 0;
        int buffered = 0;
        while (written < indices.Length)
        {
            while (buffered < bits)
            {
                if (blockRemaining == 0)
                {
                    blockRemaining = BeginBlock(data, ref at);
                    continue;
                }

                buffer |= (ulong)data[at++] << buffered;
                buffered += 8;
                blockRemaining--;
            }

            int code = (int)buffer & mask;
            buffer >>= bits;
            buffered -= bits;
            if (code == clear)
            {
                next = clear + 2;
                bits = minCodeSize + 1;
                mask = (1 << bits) - 1;
                lastStart = -1;
                continue;
            }

            if (code == clear + 1)
            {
                throw GifErrors.Malformed($"its data has {written} of {indices.Length} pixels");
            }

            // The first code after a clear code adds no string to the table, because there is no string before it to extend.
            bool first = lastStart < 0;
            if (code > (first ? clear : next) || (code == next && next >= TableLength))
            {
                throw GifErrors.Malformed("its compressed data is invalid");
            }

            int start = written;
            int length = code < clear ? 1 : code == next ? lastLength + 1 : _lengths[code];
            int from = code < clear ? -1 : code == next ? lastStart : _starts[code];
            if (from < 0)
            {
                indices[written++] = (byte)code;
            }
            else
            {
                written += Copy(indices, from, written, length);
            }

            if (!first && next < TableLength)
            {
                // The new string is the last one and the first index of this one, which follows it in the output.
                _starts[next] = lastStart;
                _lengths[next] = lastLength + 1;
                if (next == mask && bits < MaxCodeBits)
                {
                    bits++;
                    mask = (1 << bits) - 1;
                }

                next++;
            }

            lastStart = start;
            lastLength = length;
        }
    }

    private static int BeginBlock(ReadOnlySpan<byte> data, ref int at)
    {
        if (at >= data.Length || data[at] > data.Length - at - 1)
        {
            throw GifErrors.Truncated("image data");
        }

        return data[at++];
    }

    // Source and target overlap if a string extends itself; then the copy must go byte by byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Copy(Span<byte> indices, int from, int to, int length)
    {
        length = Math.Min(length, indices.Length - to);
        if (from + length <= to)
        {
            indices.Slice(from, length).CopyTo(indices[to..]);
            return length;
        }

        for (int i = 0; i < length; i++)
        {
            indices[to + i] = indices[from + i];
        }

        return length;
    }
}

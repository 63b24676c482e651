using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Processing;

/// <summary>
/// Pillow's horizontal pass: each result is a 32-bit sum of 8-bit samples times weights with 22 fraction bits, rounded and clamped.
/// </summary>
/// <remarks>
/// <para>With AVX2 or SSSE3, four taps are computed at a time. A weight is split into its low 12 bits and the rest. Both parts fit into
/// 16-bit operands and the sums of their products are exact, so <c>(high &lt;&lt; 12) + low</c> is the same 32-bit sum that scalar code
/// computes. All paths give the same bytes.</para>
/// <para>A row is read up to <see cref="OverRead"/> bytes past its end. If <see cref="MinimumPixels"/> exceeds the width of the row, it is
/// read up to there.</para>
/// <para>The split weights are stored in the order in which the vectors need them, in blocks of four taps (32 shorts). For taps t0 to
/// t3:</para>
/// <code>
/// high parts   lane 0: t0 t1 (red)  t0 t1 (green)  t0 t1 (blue)  0 0     lane 1: the same for t2 t3
/// low parts    lane 0: t0 t1 (red)  t0 t1 (green)  t0 t1 (blue)  0 0     lane 1: the same for t2 t3
/// </code>
/// <para>The samples of four pixels are shuffled into the same order. One multiply-add of pairs then computes <c>t0 × p0 + t1 × p1</c>
/// for all three colours, and <c>t2 × p2 + t3 × p3</c> in the other lane.</para>
/// </remarks>
internal sealed unsafe class HorizontalPass(VectorPath path)
{
    /// <summary>The number of bytes that must be readable after a row.</summary>
    public const int OverRead = 4;

    /// <summary>The number of bytes after the results that may be overwritten.</summary>
    public const int OverWrite = 16;

    private const int TapsPerBlock = 4;
    private const int PixelsPerStep = 4;
    private const int LowBits = AxisWeights.LowBits;

    /// <summary>The number of shorts per block: 16 for the high parts of four weights, then 16 for the low parts.</summary>
    private const int BlockLength = 32;

    private int[] _offsets = [];
    private int[] _weights = [];
    private short[] _blocks = [];
    private int _taps;
    private int _blockCount;

    /// <summary>Gets the number of results per row.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the number of pixels that a row must have in memory, even if its width is smaller.</summary>
    public int MinimumPixels { get; private set; }

    public void Prepare(AxisWeights axis, int sourceWidth)
    {
        Count = axis.Count;
        int padded = (Count + PixelsPerStep - 1) / PixelsPerStep * PixelsPerStep;
        if (_offsets.Length < padded)
        {
            _offsets = new int[padded];
        }

        Array.Clear(_offsets);
        if (path >= VectorPath.Ssse3)
        {
            _blockCount = (axis.Taps + TapsPerBlock - 1) / TapsPerBlock;
            MinimumPixels = _blockCount * TapsPerBlock;
            PrepareBlocks(axis, sourceWidth, padded);
            return;
        }

        _taps = axis.Taps;
        MinimumPixels = _taps;
        if (_weights.Length < padded * _taps)
        {
            _weights = new int[padded * _taps];
        }

        for (int i = 0; i < Count; i++)
        {
            int shift = Shift(axis.Starts[i], sourceWidth);
            _offsets[i] = (axis.Starts[i] - shift) * ImageBuffer.Channels;
            Span<int> weights = _weights.AsSpan(i * _taps, _taps);
            weights.Clear();
            axis.Weights.Slice(i * _taps, axis.Counts[i]).CopyTo(weights[shift..]);
        }
    }

    /// <summary>Computes one row of results.</summary>
    /// <param name="row">The source row.</param>
    /// <param name="results">
    /// Receives <see cref="Count"/> pixels, each red, green, blue. Up to <see cref="OverWrite"/> bytes after them may be overwritten.
    /// </param>
    public void Run(byte* row, byte* results)
    {
        fixed (int* offsets = _offsets, weights = _weights)
        fixed (short* blocks = _blocks)
        {
            if (Avx2.IsSupported && path == VectorPath.Avx2)
            {
                RunAvx2(row, results, offsets, blocks);
            }
            else if (Ssse3.IsSupported && path == VectorPath.Ssse3)
            {
                RunSsse3(row, results, offsets, blocks);
            }
            else if (path == VectorPath.Portable)
            {
                RunVector128(row, results, offsets, weights);
            }
            else
            {
                RunScalar(row, results, offsets, weights);
            }
        }
    }

    // Vector code always reads whole blocks. A window whose blocks would reach past the end of the row starts further left by this many
    // pixels, which get the weight zero.
    private int Shift(int start, int sourceWidth) => start - Math.Min(start, Math.Max(0, sourceWidth - MinimumPixels));

    private void PrepareBlocks(AxisWeights axis, int sourceWidth, int padded)
    {
        int perResult = _blockCount * BlockLength;
        if (_blocks.Length < padded * perResult)
        {
            _blocks = new short[padded * perResult];
        }

        Array.Clear(_blocks);
        for (int i = 0; i < Count; i++)
        {
            int shift = Shift(axis.Starts[i], sourceWidth);
            _offsets[i] = (axis.Starts[i] - shift) * ImageBuffer.Channels;
            ReadOnlySpan<int> weights = axis.Weights.Slice(i * axis.Taps, axis.Counts[i]);
            Span<short> blocks = _blocks.AsSpan(i * perResult, perResult);
            for (int tap = 0; tap < weights.Length; tap++)
            {
                int at = tap + shift;
                int within = at % TapsPerBlock;

                // Taps 0 and 1 go to the lower lane, 2 and 3 to the upper lane. Each pair is repeated for red, green and blue.
                int to = (at / TapsPerBlock * BlockLength) + (within / 2 * 8) + (within % 2);
                for (int channel = 0; channel < ImageBuffer.Channels; channel++, to += 2)
                {
                    blocks[to] = (short)(weights[tap] >> LowBits);
                    blocks[to + (BlockLength / 2)] = (short)(weights[tap] & ((1 << LowBits) - 1));
                }
            }
        }
    }

    private void RunAvx2(byte* row, byte* results, int* offsets, short* blocks)
    {
        const byte None = 0x80;
        Vector256<byte> pairs = Vector256.Create(
            0, None, 3, None, 1, None, 4, None, 2, None, 5, None, None, None, None, None,
            6, None, 9, None, 7, None, 10, None, 8, None, 11, None, None, None, None, None);
        Vector128<byte> tight = Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, None, None, None, None);
        int blockCount = _blockCount;
        int perResult = blockCount * BlockLength;
        for (int i = 0; i < Count; i += PixelsPerStep)
        {
            // Each sum is two partial sums, one per lane: red, green, blue and an unused element.
            Vector256<int> a = Sum(row + offsets[i], blocks, blockCount, pairs);
            Vector256<int> b = Sum(row + offsets[i + 1], blocks + perResult, blockCount, pairs);
            Vector256<int> c = Sum(row + offsets[i + 2], blocks + (2 * perResult), blockCount, pairs);
            Vector256<int> d = Sum(row + offsets[i + 3], blocks + (3 * perResult), blockCount, pairs);
            blocks += 4 * perResult;

            // The permutations collect the lower lanes of two sums in one vector and the upper lanes in another; adding them completes
            // two pixels at once. The saturating packs then clamp to 0 to 255, and "tight" removes the unused fourth byte of each pixel.
            Vector256<int> ab = Avx2.Add(Avx2.Permute2x128(a, b, 0x20), Avx2.Permute2x128(a, b, 0x31));
            Vector256<int> cd = Avx2.Add(Avx2.Permute2x128(c, d, 0x20), Avx2.Permute2x128(c, d, 0x31));
            Vector256<short> words = Avx2.PackSignedSaturate(
                Avx2.ShiftRightArithmetic(ab, AxisWeights.PrecisionBits), Avx2.ShiftRightArithmetic(cd, AxisWeights.PrecisionBits));
            Vector256<uint> bytes = Avx2.PackUnsignedSaturate(words, words).AsUInt32();
            Vector128<byte> abcd = Sse2.UnpackLow(bytes.GetLower(), Avx2.ExtractVector128(bytes, 1)).AsByte();
            Sse2.Store(results, Ssse3.Shuffle(abcd, tight));
            results += 3 * PixelsPerStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Sum(byte* pixels, short* blocks, int count, Vector256<byte> pairs)
    {
        Vector256<int> high = Vector256<int>.Zero;

        // The two lanes are added later, so only one of them contains the rounding constant.
        Vector256<int> low = Vector256.Create(Vector128.Create(AxisWeights.Round), Vector128<int>.Zero);
        for (int block = 0; block < count; block++)
        {
            Vector256<short> samples = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(pixels), pairs).AsInt16();
            high = Avx2.Add(high, Avx2.MultiplyAddAdjacent(samples, Avx.LoadVector256(blocks)));
            low = Avx2.Add(low, Avx2.MultiplyAddAdjacent(samples, Avx.LoadVector256(blocks + (BlockLength / 2))));
            pixels += TapsPerBlock * ImageBuffer.Channels;
            blocks += BlockLength;
        }

        return Avx2.Add(Avx2.ShiftLeftLogical(high, LowBits), low);
    }

    private void RunSsse3(byte* row, byte* results, int* offsets, short* blocks)
    {
        const byte None = 0x80;
        Vector128<byte> tight = Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, None, None, None, None);
        int blockCount = _blockCount;
        int perResult = blockCount * BlockLength;
        for (int i = 0; i < Count; i += PixelsPerStep)
        {
            Vector128<int> a = Sum(row + offsets[i], blocks, blockCount);
            Vector128<int> b = Sum(row + offsets[i + 1], blocks + perResult, blockCount);
            Vector128<int> c = Sum(row + offsets[i + 2], blocks + (2 * perResult), blockCount);
            Vector128<int> d = Sum(row + offsets[i + 3], blocks + (3 * perResult), blockCount);
            blocks += 4 * perResult;
            Vector128<byte> abcd = Sse2.PackUnsignedSaturate(Sse2.PackSignedSaturate(a, b), Sse2.PackSignedSaturate(c, d));
            Sse2.Store(results, Ssse3.Shuffle(abcd, tight));
            results += 3 * PixelsPerStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sum(byte* pixels, short* blocks, int count)
    {
        const byte None = 0x80;
        Vector128<byte> firstPair = Vector128.Create(0, None, 3, None, 1, None, 4, None, 2, None, 5, None, None, None, None, None);
        Vector128<byte> secondPair = Vector128.Create(6, None, 9, None, 7, None, 10, None, 8, None, 11, None, None, None, None, None);
        Vector128<int> high = Vector128<int>.Zero;
        Vector128<int> low = Vector128.Create(AxisWeights.Round);
        for (int block = 0; block < count; block++)
        {
            Vector128<byte> loaded = Sse2.LoadVector128(pixels);
            Vector128<short> first = Ssse3.Shuffle(loaded, firstPair).AsInt16();
            Vector128<short> second = Ssse3.Shuffle(loaded, secondPair).AsInt16();
            high = Sse2.Add(high, Sse2.MultiplyAddAdjacent(first, Sse2.LoadVector128(blocks)));
            low = Sse2.Add(low, Sse2.MultiplyAddAdjacent(first, Sse2.LoadVector128(blocks + 16)));
            high = Sse2.Add(high, Sse2.MultiplyAddAdjacent(second, Sse2.LoadVector128(blocks + 8)));
            low = Sse2.Add(low, Sse2.MultiplyAddAdjacent(second, Sse2.LoadVector128(blocks + 24)));
            pixels += TapsPerBlock * ImageBuffer.Channels;
            blocks += BlockLength;
        }

        return Sse2.ShiftRightArithmetic(Sse2.Add(Sse2.ShiftLeftLogical(high, LowBits), low), AxisWeights.PrecisionBits);
    }

    private void RunVector128(byte* row, byte* results, int* offsets, int* weights)
    {
        int taps = _taps;
        for (int i = 0; i < Count; i++)
        {
            byte* pixel = row + offsets[i];
            Vector128<int> sum = Vector128.Create(AxisWeights.Round);
            for (int tap = 0; tap < taps; tap++, pixel += ImageBuffer.Channels)
            {
                Vector128<byte> samples = Vector128.CreateScalarUnsafe(*(uint*)pixel).AsByte();
                sum += Vector128.WidenLower(Vector128.WidenLower(samples)).AsInt32() * Vector128.Create(weights[tap]);
            }

            weights += taps;
            Vector128<int> clamped =
                Vector128.Min(Vector128.Max(sum >> AxisWeights.PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));
            Vector128<ushort> words = Vector128.Narrow(clamped, clamped).AsUInt16();
            *(uint*)results = Vector128.Narrow(words, words).AsUInt32().ToScalar();
            results += ImageBuffer.Channels;
        }
    }

    private void RunScalar(byte* row, byte* results, int* offsets, int* weights)
    {
        int taps = _taps;
        for (int i = 0; i < Count; i++)
        {
            byte* pixel = row + offsets[i];
            int red = AxisWeights.Round, green = AxisWeights.Round, blue = AxisWeights.Round;
            for (int tap = 0; tap < taps; tap++, pixel += ImageBuffer.Channels)
            {
                int weight = weights[tap];
                red += pixel[0] * weight;
                green += pixel[1] * weight;
                blue += pixel[2] * weight;
            }

            weights += taps;
            results[0] = VerticalPass.Clamp(red);
            results[1] = VerticalPass.Clamp(green);
            results[2] = VerticalPass.Clamp(blue);
            results += ImageBuffer.Channels;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Processing;

/// <summary>
/// Pillow's vertical pass: each result is a 32-bit sum of 8-bit samples times weights with 22 fraction bits, rounded and clamped.
/// </summary>
/// <remarks>
/// <para>On x86-64, two rows are added at a time: their samples are interleaved, so that one instruction multiplies both by their weights
/// and adds the products. Weights are split in two as in <see cref="HorizontalPass"/>. All paths give the same bytes.</para>
/// <para>The AVX2 and the SSE2 loop are the same algorithm at two vector widths. They are written out separately because 256-bit vectors
/// interleave and pack lane by lane, which the portable vector types do not express.</para>
/// </remarks>
internal sealed unsafe class VerticalPass(VectorPath path)
{
    private int[] _pairs = [];
    private AxisWeights? _axis;

    /// <summary>Prepares for new weights. Must be called whenever they have changed.</summary>
    public void Prepare(AxisWeights axis)
    {
        _axis = axis;
        if (path < VectorPath.Ssse3)
        {
            return;
        }

        int pairs = (axis.Taps + 1) / 2;
        if (_pairs.Length < axis.Count * pairs * 2)
        {
            _pairs = new int[axis.Count * pairs * 2];
        }

        // For each two rows the table has one int with the high parts of both weights and one with the low parts.
        for (int i = 0, to = 0; i < axis.Count; i++)
        {
            ReadOnlySpan<int> weights = axis.Weights.Slice(i * axis.Taps, axis.Taps);
            for (int tap = 0; tap < axis.Taps; tap += 2)
            {
                int first = weights[tap];
                int second = tap + 1 < weights.Length ? weights[tap + 1] : 0;
                const int Mask = (1 << AxisWeights.LowBits) - 1;
                _pairs[to++] = ((first >> AxisWeights.LowBits) & 0xFFFF) | ((second >> AxisWeights.LowBits) << 16);
                _pairs[to++] = (first & Mask) | ((second & Mask) << 16);
            }
        }
    }

    /// <summary>Computes one row.</summary>
    /// <param name="y">The index of the result.</param>
    /// <param name="rows">The rows of its window, and after them room for one more pointer.</param>
    /// <param name="results">Receives the row. Exactly <paramref name="length"/> bytes are written.</param>
    /// <param name="length">The number of bytes in a row.</param>
    public void Run(int y, byte** rows, byte* results, int length)
    {
        AxisWeights axis = _axis!;
        int count = axis.Counts[y];
        int done = 0;
        fixed (int* allWeights = axis.Weights, allPairs = _pairs)
        {
            int* weights = allWeights + ((nint)y * axis.Taps);
            if (Sse2.IsSupported && path >= VectorPath.Ssse3)
            {
                // Rows are processed in pairs. If their number is odd, the last row is paired with itself and the second weight is 0.
                rows[count] = rows[count - 1];
                int pairCount = (count + 1) / 2;
                int* pairs = allPairs + ((nint)y * ((axis.Taps + 1) / 2) * 2);
                done = Avx2.IsSupported && path == VectorPath.Avx2 ? RunAvx2(rows, pairs, pairCount, results, length) : 0;
                done = RunSse2(rows, pairs, pairCount, results, length, done);
            }
            else if (path == VectorPath.Portable)
            {
                done = RunVector128(rows, weights, count, results, length);
            }

            for (; done < length; done++)
            {
                int sum = AxisWeights.Round;
                for (int row = 0; row < count; row++)
                {
                    sum += rows[row][done] * weights[row];
                }

                results[done] = Clamp(sum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Clamp(int sum) => (byte)Math.Clamp(sum >> AxisWeights.PrecisionBits, 0, 255);

    private static int RunAvx2(byte** rows, int* pairs, int count, byte* results, int length)
    {
        const int Step = 32;
        int at = 0;
        for (; at + Step <= length; at += Step)
        {
            Vector256<int> round = Vector256.Create(AxisWeights.Round);
            Vector256<int> low0 = round, low1 = round, low2 = round, low3 = round;
            Vector256<int> high0 = Vector256<int>.Zero, high1 = high0, high2 = high0, high3 = high0;
            for (int pair = 0; pair < count; pair++)
            {
                Vector256<byte> first = Avx.LoadVector256(rows[2 * pair] + at);
                Vector256<byte> second = Avx.LoadVector256(rows[(2 * pair) + 1] + at);
                Vector256<short> high = Avx2.BroadcastScalarToVector256(pairs + (2 * pair)).AsInt16();
                Vector256<short> low = Avx2.BroadcastScalarToVector256(pairs + (2 * pair) + 1).AsInt16();
                Vector256<byte> mixed = Avx2.UnpackLow(first, second);
                Vector256<short> samples = Avx2.UnpackLow(mixed, Vector256<byte>.Zero).AsInt16();
                high0 = Avx2.Add(high0, Avx2.MultiplyAddAdjacent(samples, high));
                low0 = Avx2.Add(low0, Avx2.MultiplyAddAdjacent(samples, low));
                samples = Avx2.UnpackHigh(mixed, Vector256<byte>.Zero).AsInt16();
                high1 = Avx2.Add(high1, Avx2.MultiplyAddAdjacent(samples, high));
                low1 = Avx2.Add(low1, Avx2.MultiplyAddAdjacent(samples, low));
                mixed = Avx2.UnpackHigh(first, second);
                samples = Avx2.UnpackLow(mixed, Vector256<byte>.Zero).AsInt16();
                high2 = Avx2.Add(high2, Avx2.MultiplyAddAdjacent(samples, high));
                low2 = Avx2.Add(low2, Avx2.MultiplyAddAdjacent(samples, low));
                samples = Avx2.UnpackHigh(mixed, Vector256<byte>.Zero).AsInt16();
                high3 = Avx2.Add(high3, Avx2.MultiplyAddAdjacent(samples, high));
                low3 = Avx2.Add(low3, Avx2.MultiplyAddAdjacent(samples, low));
            }

            // Unpacking separated the samples lane by lane, and packing reverses that in each lane, so the order is right again.
            Vector256<short> front = Avx2.PackSignedSaturate(Finish(high0, low0), Finish(high1, low1));
            Vector256<short> back = Avx2.PackSignedSaturate(Finish(high2, low2), Finish(high3, low3));
            Avx.Store(results + at, Avx2.PackUnsignedSaturate(front, back));
        }

        return at;
    }

    private static int RunSse2(byte** rows, int* pairs, int count, byte* results, int length, int at)
    {
        const int Step = 16;
        for (; at + Step <= length; at += Step)
        {
            Vector128<int> round = Vector128.Create(AxisWeights.Round);
            Vector128<int> low0 = round, low1 = round, low2 = round, low3 = round;
            Vector128<int> high0 = Vector128<int>.Zero, high1 = high0, high2 = high0, high3 = high0;
            for (int pair = 0; pair < count; pair++)
            {
                Vector128<byte> first = Sse2.LoadVector128(rows[2 * pair] + at);
                Vector128<byte> second = Sse2.LoadVector128(rows[(2 * pair) + 1] + at);
                Vector128<short> high = Vector128.Create(pairs[2 * pair]).AsInt16();
                Vector128<short> low = Vector128.Create(pairs[(2 * pair) + 1]).AsInt16();
                Vector128<byte> mixed = Sse2.UnpackLow(first, second);
                Vector128<short> samples = Sse2.UnpackLow(mixed, Vector128<byte>.Zero).AsInt16();
                high0 = Sse2.Add(high0, Sse2.MultiplyAddAdjacent(samples, high));
                low0 = Sse2.Add(low0, Sse2.MultiplyAddAdjacent(samples, low));
                samples = Sse2.UnpackHigh(mixed, Vector128<byte>.Zero).AsInt16();
                high1 = Sse2.Add(high1, Sse2.MultiplyAddAdjacent(samples, high));
                low1 = Sse2.Add(low1, Sse2.MultiplyAddAdjacent(samples, low));
                mixed = Sse2.UnpackHigh(first, second);
                samples = Sse2.UnpackLow(mixed, Vector128<byte>.Zero).AsInt16();
                high2 = Sse2.Add(high2, Sse2.MultiplyAddAdjacent(samples, high));
                low2 = Sse2.Add(low2, Sse2.MultiplyAddAdjacent(samples, low));
                samples = Sse2.UnpackHigh(mixed, Vector128<byte>.Zero).AsInt16();
                high3 = Sse2.Add(high3, Sse2.MultiplyAddAdjacent(samples, high));
                low3 = Sse2.Add(low3, Sse2.MultiplyAddAdjacent(samples, low));
            }

            Vector128<short> front = Sse2.PackSignedSaturate(Finish(high0, low0), Finish(high1, low1));
            Vector128<short> back = Sse2.PackSignedSaturate(Finish(high2, low2), Finish(high3, low3));
            Sse2.Store(results + at, Sse2.PackUnsignedSaturate(front, back));
        }

        return at;
    }

    private static int RunVector128(byte** rows, int* weights, int count, byte* results, int length)
    {
        const int Step = 16;
        int at = 0;
        for (; at + Step <= length; at += Step)
        {
            Vector128<int> a = Vector128.Create(AxisWeights.Round);
            Vector128<int> b = a, c = a, d = a;
            for (int row = 0; row < count; row++)
            {
                Vector128<byte> samples = Vector128.Load(rows[row] + at);
                Vector128<int> weight = Vector128.Create(weights[row]);
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(samples);
                a += Vector128.WidenLower(low).AsInt32() * weight;
                b += Vector128.WidenUpper(low).AsInt32() * weight;
                c += Vector128.WidenLower(high).AsInt32() * weight;
                d += Vector128.WidenUpper(high).AsInt32() * weight;
            }

            Vector128<ushort> ab = Vector128.Narrow(Clamp(a), Clamp(b)).AsUInt16();
            Vector128<ushort> cd = Vector128.Narrow(Clamp(c), Clamp(d)).AsUInt16();
            Vector128.Narrow(ab, cd).Store(results + at);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Finish(Vector256<int> high, Vector256<int> low) =>
        Avx2.ShiftRightArithmetic(Avx2.Add(Avx2.ShiftLeftLogical(high, AxisWeights.LowBits), low), AxisWeights.PrecisionBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Finish(Vector128<int> high, Vector128<int> low) =>
        Sse2.ShiftRightArithmetic(Sse2.Add(Sse2.ShiftLeftLogical(high, AxisWeights.LowBits), low), AxisWeights.PrecisionBits);

    private static Vector128<int> Clamp(Vector128<int> sums) =>
        Vector128.Min(Vector128.Max(sums >> AxisWeights.PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));
}

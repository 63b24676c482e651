using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Processing;

/// <summary>The two passes of OpenCV's 8-bit bilinear resizing. The results equal OpenCV's bit for bit.</summary>
/// <remarks>
/// <para>Where the sums are truncated is part of the result, so the steps are OpenCV's. Weights are in 1/2048. The horizontal pass
/// computes <c>(left × w0 + right × w1) &gt;&gt; 4</c>, which has 15 bits and is in 1/128. The vertical pass computes
/// <c>((upper × w0) &gt;&gt; 16) + ((lower × w1) &gt;&gt; 16)</c>, which is in 1/4, adds 2 and shifts right by 2.</para>
/// </remarks>
internal sealed unsafe class OpenCvLinearPass(VectorPath path)
{
    /// <summary>The number of bytes that must be readable after a source row.</summary>
    public const int OverRead = 2;

    /// <summary>The number of 16-bit values after a horizontal result that may be overwritten.</summary>
    public const int OverWrite = 16;

    private const int PixelsPerStep = 4;

    /// <summary>The number of 16-bit values per pixel in the table of the vector paths: its pair of weights, four times.</summary>
    private const int TableWords = 8;

    private int[] _offsets = [];
    private short[] _pairs = [];
    private short[] _table = [];
    private (int Source, int Resized, int First, int Count) _key;

    /// <summary>Computes the weights of the columns, if they differ from those of the last call.</summary>
    public void Prepare(int source, int resized, int first, int count)
    {
        var key = (source, resized, first, count);
        if (key == _key)
        {
            return;
        }

        int padded = (count + PixelsPerStep - 1) / PixelsPerStep * PixelsPerStep;
        if (_offsets.Length < padded)
        {
            _offsets = new int[padded];
            _pairs = new short[2 * padded];
            _table = new short[TableWords * padded];
        }

        OpenCvLinearWeights.Fill(source, resized, first, _offsets.AsSpan(0, count), _pairs);
        for (int i = 0; i < count; i++)
        {
            Span<short> pair = _pairs.AsSpan(2 * i, 2);
            if (_offsets[i] < 0)
            {
                _offsets[i] = 0;
                (pair[0], pair[1]) = (OpenCvLinearWeights.One, 0);
            }
            else if (_offsets[i] >= source - 1)
            {
                // The window starts one pixel further left, so that the last pixel is its right neighbour and nothing outside the row is
                // needed. A source of one pixel has no left neighbour.
                _offsets[i] = Math.Max(0, source - 2);
                (pair[0], pair[1]) = source == 1
                    ? ((short)OpenCvLinearWeights.One, (short)0)
                    : ((short)0, (short)OpenCvLinearWeights.One);
            }

            _offsets[i] *= ImageBuffer.Channels;

            // Within each four pixels the table has the order 0, 2, 1, 3. The AVX2 path computes pixels 0 and 2 in the two lanes of one
            // vector and 1 and 3 in another; packing them lane by lane then gives 0, 1, 2, 3.
            int slot = (i / PixelsPerStep * PixelsPerStep) + ((i % 2 * 2) + (i % 4 / 2));
            for (int word = 0; word < TableWords; word++)
            {
                _table[(slot * TableWords) + word] = pair[word % 2];
            }
        }

        _offsets.AsSpan(count).Clear();
        _key = key;
    }

    /// <summary>Computes one row of horizontal results, in 1/128.</summary>
    /// <param name="row">The source row.</param>
    /// <param name="results">
    /// Receives three 16-bit values per pixel. Up to <see cref="OverWrite"/> values after them may be overwritten.
    /// </param>
    public void Horizontal(byte* row, short* results)
    {
        fixed (int* offsets = _offsets)
        fixed (short* pairs = _pairs, table = _table)
        {
            if (Avx2.IsSupported && path == VectorPath.Avx2)
            {
                HorizontalAvx2(row, results, offsets, table);
            }
            else if (Ssse3.IsSupported && path == VectorPath.Ssse3)
            {
                HorizontalSsse3(row, results, offsets, table);
            }
            else if (path == VectorPath.Portable)
            {
                HorizontalVector128(row, results, offsets, pairs);
            }
            else
            {
                HorizontalScalar(row, results, offsets, pairs);
            }
        }
    }

    /// <summary>Computes one row of final results from two rows of horizontal results.</summary>
    /// <param name="upper">The horizontal results of the source row above.</param>
    /// <param name="lower">The horizontal results of the source row below.</param>
    /// <param name="upperWeight">The weight of the upper row, in 1/2048.</param>
    /// <param name="lowerWeight">The weight of the lower row, in 1/2048.</param>
    /// <param name="results">Receives exactly <paramref name="length"/> bytes.</param>
    /// <param name="length">The number of samples in a row.</param>
    public void Vertical(short* upper, short* lower, short upperWeight, short lowerWeight, byte* results, int length)
    {
        int done = 0;
        if (Avx2.IsSupported && path == VectorPath.Avx2)
        {
            Vector256<short> first = Vector256.Create(upperWeight);
            Vector256<short> second = Vector256.Create(lowerWeight);
            for (; done + 32 <= length; done += 32)
            {
                // Packing works lane by lane, so the permutation restores the order of the four groups of eight bytes.
                Vector256<short> a = Blend(Avx.LoadVector256(upper + done), Avx.LoadVector256(lower + done), first, second);
                Vector256<short> b = Blend(Avx.LoadVector256(upper + done + 16), Avx.LoadVector256(lower + done + 16), first, second);
                Avx.Store(results + done, Avx2.Permute4x64(Avx2.PackUnsignedSaturate(a, b).AsInt64(), 0b_11_01_10_00).AsByte());
            }
        }
        else if ((Sse2.IsSupported || AdvSimd.IsSupported) && path >= VectorPath.Portable)
        {
            Vector128<short> first = Vector128.Create(upperWeight);
            Vector128<short> second = Vector128.Create(lowerWeight);
            for (; done + 16 <= length; done += 16)
            {
                Vector128<short> a = Blend(Vector128.Load(upper + done), Vector128.Load(lower + done), first, second);
                Vector128<short> b = Blend(Vector128.Load(upper + done + 8), Vector128.Load(lower + done + 8), first, second);
                Vector128.Narrow(a.AsUInt16(), b.AsUInt16()).Store(results + done);
            }
        }

        for (; done < length; done++)
        {
            results[done] = (byte)((((upper[done] * upperWeight) >> 16) + ((lower[done] * lowerWeight) >> 16) + 2) >> 2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Blend(
        Vector256<short> upper, Vector256<short> lower, Vector256<short> first, Vector256<short> second) =>
        Avx2.ShiftRightArithmetic(
            Avx2.Add(Avx2.Add(Avx2.MultiplyHigh(upper, first), Avx2.MultiplyHigh(lower, second)), Vector256.Create((short)2)), 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Blend(
        Vector128<short> upper, Vector128<short> lower, Vector128<short> first, Vector128<short> second) =>
        (MultiplyHigh(upper, first) + MultiplyHigh(lower, second) + Vector128.Create((short)2)) >> 2;

    // The upper 16 bits of each product. Arm has this only as a doubling, saturating instruction: it computes floor(2ab / 65536). Nothing
    // saturates here, because no operand is -32768, and halving that result with rounding down gives floor(ab / 65536).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> MultiplyHigh(Vector128<short> a, Vector128<short> b) =>
        Sse2.IsSupported ? Sse2.MultiplyHigh(a, b) : AdvSimd.MultiplyDoublingSaturateHigh(a, b) >> 1;

    private void HorizontalAvx2(byte* row, short* results, int* offsets, short* table)
    {
        const byte None = 0x80;
        Vector256<byte> pairs = Vector256.Create(
            Vector128.Create(0, None, 3, None, 1, None, 4, None, 2, None, 5, None, None, None, None, None));
        Vector256<byte> tight = Vector256.Create(Vector128.Create(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, None, None, None, None));
        int count = _key.Count;
        for (int i = 0; i < count; i += PixelsPerStep)
        {
            // "pairs" places each sample of the left pixel next to the same colour of the right pixel, as 16-bit values, so that one
            // instruction multiplies both by their weights and adds them.
            Vector256<short> even = Avx2.Shuffle(LoadTwo(row + offsets[i], row + offsets[i + 2]), pairs).AsInt16();
            Vector256<short> odd = Avx2.Shuffle(LoadTwo(row + offsets[i + 1], row + offsets[i + 3]), pairs).AsInt16();
            Vector256<int> evenSums = Avx2.ShiftRightArithmetic(Avx2.MultiplyAddAdjacent(even, Avx.LoadVector256(table)), 4);
            Vector256<int> oddSums = Avx2.ShiftRightArithmetic(Avx2.MultiplyAddAdjacent(odd, Avx.LoadVector256(table + 16)), 4);
            Vector256<short> words = Avx2.Shuffle(Avx2.PackSignedSaturate(evenSums, oddSums).AsByte(), tight).AsInt16();
            Sse2.Store(results, words.GetLower());
            Sse2.Store(results + 6, Avx2.ExtractVector128(words, 1));
            table += PixelsPerStep * TableWords;
            results += PixelsPerStep * ImageBuffer.Channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> LoadTwo(byte* first, byte* second) => Avx2.InsertVector128(
        Vector128.CreateScalarUnsafe(*(ulong*)first).ToVector256Unsafe(), Vector128.CreateScalarUnsafe(*(ulong*)second), 1).AsByte();

    private void HorizontalSsse3(byte* row, short* results, int* offsets, short* table)
    {
        const byte None = 0x80;
        Vector128<byte> pairs = Vector128.Create(0, None, 3, None, 1, None, 4, None, 2, None, 5, None, None, None, None, None);
        Vector128<byte> tight = Vector128.Create(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, None, None, None, None);
        int count = _key.Count;
        for (int i = 0; i < count; i += PixelsPerStep)
        {
            // The table has the order that the AVX2 path needs: pixels 0, 2, 1, 3.
            Vector128<int> first = ComputePixel(row + offsets[i], table, pairs);
            Vector128<int> second = ComputePixel(row + offsets[i + 1], table + 16, pairs);
            Vector128<int> third = ComputePixel(row + offsets[i + 2], table + 8, pairs);
            Vector128<int> fourth = ComputePixel(row + offsets[i + 3], table + 24, pairs);
            Sse2.Store(results, Ssse3.Shuffle(Sse2.PackSignedSaturate(first, second).AsByte(), tight).AsInt16());
            Sse2.Store(results + 6, Ssse3.Shuffle(Sse2.PackSignedSaturate(third, fourth).AsByte(), tight).AsInt16());
            table += PixelsPerStep * TableWords;
            results += PixelsPerStep * ImageBuffer.Channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ComputePixel(byte* pixels, short* table, Vector128<byte> pairs)
    {
        Vector128<short> samples = Ssse3.Shuffle(Vector128.CreateScalarUnsafe(*(ulong*)pixels).AsByte(), pairs).AsInt16();
        return Sse2.ShiftRightArithmetic(Sse2.MultiplyAddAdjacent(samples, Sse2.LoadVector128(table)), 4);
    }

    private void HorizontalVector128(byte* row, short* results, int* offsets, short* pairs)
    {
        int count = _key.Count;
        for (int i = 0; i < count; i++)
        {
            ulong samples = *(ulong*)(row + offsets[i]);
            Vector128<int> left = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(samples).AsByte())).AsInt32();
            Vector128<int> right =
                Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(samples >> 24).AsByte())).AsInt32();
            Vector128<int> sum = ((left * Vector128.Create((int)pairs[2 * i])) + (right * Vector128.Create((int)pairs[(2 * i) + 1]))) >> 4;

            // Writes four values for three colours; the next pixel overwrites the fourth.
            *(ulong*)results = Vector128.Narrow(sum, sum).AsUInt64().ToScalar();
            results += ImageBuffer.Channels;
        }
    }

    private void HorizontalScalar(byte* row, short* results, int* offsets, short* pairs)
    {
        int count = _key.Count;
        for (int i = 0; i < count; i++)
        {
            byte* pixel = row + offsets[i];
            for (int channel = 0; channel < ImageBuffer.Channels; channel++)
            {
                results[channel] = (short)(((pixel[channel] * pairs[2 * i]) + (pixel[channel + 3] * pairs[(2 * i) + 1])) >> 4);
            }

            results += ImageBuffer.Channels;
        }
    }
}

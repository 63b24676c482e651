using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Vision.Imaging.Resizing.Internal;

/// <summary>The two passes of OpenCV's 8-bit bilinear resizing, with its truncations: the results are OpenCV's to the bit.</summary>
internal sealed unsafe class OpenCvLinearPass(VectorPath path)
{
    /// <summary>Bytes that must be readable behind a source row.</summary>
    public const int OverRead = 2;

    /// <summary>Words behind a horizontal result that are overwritten.</summary>
    public const int OverWrite = 16;

    private const int PixelsPerStep = 4;

    /// <summary>Words of the vector path's table for one pixel: its pair of weights, four times.</summary>
    private const int TableWords = 8;

    private int[] _offsets = [];
    private short[] _pairs = [];
    private short[] _table = [];
    private (int Source, int Resized, int First, int Count) _key;

    /// <summary>Computes the columns' weights, where they have changed.</summary>
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
                // The last pixel as right neighbour, so that nothing outside the row is needed.
                _offsets[i] = Math.Max(0, source - 2);
                (pair[0], pair[1]) = source == 1 ? ((short)OpenCvLinearWeights.One, (short)0) : ((short)0, (short)OpenCvLinearWeights.One);
            }

            _offsets[i] *= ImageBuffer.Channels;

            // The order in which two vectors of two lanes are packed into four pixels.
            int slot = (i / PixelsPerStep * PixelsPerStep) + ((i % 2 * 2) + (i % 4 / 2));
            for (int word = 0; word < TableWords; word++)
            {
                _table[(slot * TableWords) + word] = pair[word % 2];
            }
        }

        _offsets.AsSpan(count).Clear();
        _key = key;
    }

    /// <summary>Makes one row of horizontal results, in 1/128.</summary>
    /// <param name="row">The source row.</param>
    /// <param name="results">Takes three words a pixel; up to <see cref="OverWrite"/> more are overwritten.</param>
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

    /// <summary>Makes one row of final results out of two horizontal ones.</summary>
    /// <param name="upper">The upper neighbour row.</param>
    /// <param name="lower">The lower neighbour row.</param>
    /// <param name="upperWeight">The upper row's weight in 1/2048.</param>
    /// <param name="lowerWeight">The lower row's weight in 1/2048.</param>
    /// <param name="results">Takes <paramref name="length"/> bytes, not more.</param>
    /// <param name="length">Samples in a row.</param>
    public void Vertical(short* upper, short* lower, short upperWeight, short lowerWeight, byte* results, int length)
    {
        int done = 0;
        if (Avx2.IsSupported && path == VectorPath.Avx2)
        {
            Vector256<short> first = Vector256.Create(upperWeight);
            Vector256<short> second = Vector256.Create(lowerWeight);
            for (; done + 32 <= length; done += 32)
            {
                Vector256<short> a = Weigh(Avx.LoadVector256(upper + done), Avx.LoadVector256(lower + done), first, second);
                Vector256<short> b = Weigh(Avx.LoadVector256(upper + done + 16), Avx.LoadVector256(lower + done + 16), first, second);
                Avx.Store(results + done, Avx2.Permute4x64(Avx2.PackUnsignedSaturate(a, b).AsInt64(), 0b_11_01_10_00).AsByte());
            }
        }
        else if ((Sse2.IsSupported || AdvSimd.IsSupported) && path >= VectorPath.Portable)
        {
            Vector128<short> first = Vector128.Create(upperWeight);
            Vector128<short> second = Vector128.Create(lowerWeight);
            for (; done + 16 <= length; done += 16)
            {
                Vector128<short> a = Weigh(Vector128.Load(upper + done), Vector128.Load(lower + done), first, second);
                Vector128<short> b = Weigh(Vector128.Load(upper + done + 8), Vector128.Load(lower + done + 8), first, second);
                Vector128.Narrow(a.AsUInt16(), b.AsUInt16()).Store(results + done);
            }
        }

        for (; done < length; done++)
        {
            results[done] = (byte)((((upper[done] * upperWeight) >> 16) + ((lower[done] * lowerWeight) >> 16) + 2) >> 2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Weigh(Vector256<short> upper, Vector256<short> lower, Vector256<short> first, Vector256<short> second) =>
        Avx2.ShiftRightArithmetic(
            Avx2.Add(Avx2.Add(Avx2.MultiplyHigh(upper, first), Avx2.MultiplyHigh(lower, second)), Vector256.Create((short)2)), 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Weigh(Vector128<short> upper, Vector128<short> lower, Vector128<short> first, Vector128<short> second) =>
        (MultiplyHigh(upper, first) + MultiplyHigh(lower, second) + Vector128.Create((short)2)) >> 2;

    // Arm's doubling product has one more bit; nothing here saturates, and the halves of a floor are the floor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> MultiplyHigh(Vector128<short> a, Vector128<short> b) =>
        Sse2.IsSupported ? Sse2.MultiplyHigh(a, b) : AdvSimd.MultiplyDoublingSaturateHigh(a, b) >> 1;

    private void HorizontalAvx2(byte* row, short* results, int* offsets, short* table)
    {
        const byte None = 0x80;
        Vector256<byte> pairs = Vector256.Create(Vector128.Create(0, None, 3, None, 1, None, 4, None, 2, None, 5, None, None, None, None, None));
        Vector256<byte> tight = Vector256.Create(Vector128.Create(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, None, None, None, None));
        int count = _key.Count;
        for (int i = 0; i < count; i += PixelsPerStep)
        {
            Vector256<short> even = Avx2.Shuffle(Two(row + offsets[i], row + offsets[i + 2]), pairs).AsInt16();
            Vector256<short> odd = Avx2.Shuffle(Two(row + offsets[i + 1], row + offsets[i + 3]), pairs).AsInt16();
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
    private static Vector256<byte> Two(byte* first, byte* second) => Avx2.InsertVector128(
        Vector128.CreateScalarUnsafe(*(ulong*)first).ToVector256Unsafe(), Vector128.CreateScalarUnsafe(*(ulong*)second), 1).AsByte();

    private void HorizontalSsse3(byte* row, short* results, int* offsets, short* table)
    {
        const byte None = 0x80;
        Vector128<byte> pairs = Vector128.Create(0, None, 3, None, 1, None, 4, None, 2, None, 5, None, None, None, None, None);
        Vector128<byte> tight = Vector128.Create(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, None, None, None, None);
        int count = _key.Count;
        for (int i = 0; i < count; i += PixelsPerStep)
        {
            // The table's order is that of the wider path: pixels 0, 2, 1, 3.
            Vector128<int> first = One(row + offsets[i], table, pairs);
            Vector128<int> second = One(row + offsets[i + 1], table + 16, pairs);
            Vector128<int> third = One(row + offsets[i + 2], table + 8, pairs);
            Vector128<int> fourth = One(row + offsets[i + 3], table + 24, pairs);
            Sse2.Store(results, Ssse3.Shuffle(Sse2.PackSignedSaturate(first, second).AsByte(), tight).AsInt16());
            Sse2.Store(results + 6, Ssse3.Shuffle(Sse2.PackSignedSaturate(third, fourth).AsByte(), tight).AsInt16());
            table += PixelsPerStep * TableWords;
            results += PixelsPerStep * ImageBuffer.Channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> One(byte* pixels, short* table, Vector128<byte> pairs)
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
            Vector128<int> right = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(samples >> 24).AsByte())).AsInt32();
            Vector128<int> sum = ((left * Vector128.Create((int)pairs[2 * i])) + (right * Vector128.Create((int)pairs[(2 * i) + 1]))) >> 4;
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

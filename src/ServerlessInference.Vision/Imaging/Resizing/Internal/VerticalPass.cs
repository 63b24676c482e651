using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Vision.Imaging.Resizing.Internal;

/// <summary>Weighs whole rows, as Pillow's vertical pass: 32-bit sums of 8-bit samples times 22-bit weights, rounded, clamped.</summary>
internal static unsafe class VerticalPass
{
    /// <summary>Makes a row.</summary>
    /// <param name="rows">The rows to weigh.</param>
    /// <param name="weights">A weight for each.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="results">Takes the row; not more than <paramref name="length"/> bytes are written.</param>
    /// <param name="length">Bytes in a row.</param>
    public static void Run(byte** rows, int* weights, int count, byte* results, int length)
    {
        int done = 0;
        if (Avx2.IsSupported)
        {
            done = RunAvx2(rows, weights, count, results, length);
        }
        else if (Vector128.IsHardwareAccelerated)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Clamp(int sum) => (byte)Math.Clamp(sum >> AxisWeights.PrecisionBits, 0, 255);

    private static int RunAvx2(byte** rows, int* weights, int count, byte* results, int length)
    {
        const int Step = 32;
        if (length < Step)
        {
            return 0;
        }

        Vector256<int> order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        for (int at = 0; ;)
        {
            Vector256<int> a = Vector256.Create(AxisWeights.Round);
            Vector256<int> b = a, c = a, d = a;
            for (int row = 0; row < count; row++)
            {
                byte* samples = rows[row] + at;
                Vector256<int> weight = Avx2.BroadcastScalarToVector256(weights + row);
                a = Avx2.Add(a, Avx2.MultiplyLow(Avx2.ConvertToVector256Int32(samples), weight));
                b = Avx2.Add(b, Avx2.MultiplyLow(Avx2.ConvertToVector256Int32(samples + 8), weight));
                c = Avx2.Add(c, Avx2.MultiplyLow(Avx2.ConvertToVector256Int32(samples + 16), weight));
                d = Avx2.Add(d, Avx2.MultiplyLow(Avx2.ConvertToVector256Int32(samples + 24), weight));
            }

            Vector256<short> ab = Avx2.PackSignedSaturate(
                Avx2.ShiftRightArithmetic(a, AxisWeights.PrecisionBits), Avx2.ShiftRightArithmetic(b, AxisWeights.PrecisionBits));
            Vector256<short> cd = Avx2.PackSignedSaturate(
                Avx2.ShiftRightArithmetic(c, AxisWeights.PrecisionBits), Avx2.ShiftRightArithmetic(d, AxisWeights.PrecisionBits));
            Avx.Store(results + at, Avx2.PermuteVar8x32(Avx2.PackUnsignedSaturate(ab, cd).AsInt32(), order).AsByte());
            if (at == length - Step)
            {
                return length;
            }

            // The last step overlaps the one before.
            at = Math.Min(at + Step, length - Step);
        }
    }

    private static int RunVector128(byte** rows, int* weights, int count, byte* results, int length)
    {
        const int Step = 16;
        if (length < Step)
        {
            return 0;
        }

        for (int at = 0; ;)
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
            if (at == length - Step)
            {
                return length;
            }

            at = Math.Min(at + Step, length - Step);
        }
    }

    private static Vector128<int> Clamp(Vector128<int> sums) =>
        Vector128.Min(Vector128.Max(sums >> AxisWeights.PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));
}

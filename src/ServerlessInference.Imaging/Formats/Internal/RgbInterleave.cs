using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats;

/// <summary>Interleaves separate red, green and blue samples to pixels.</summary>
/// <remarks>
/// 16 pixels fill three vectors, and each of them has about a third of the samples of each colour. One shuffle per colour moves every
/// sample to the position that it has in its output vector, whichever of the three that is. Each output vector is then selected from the
/// three shuffled colours with constant masks. That takes three shuffles instead of nine.
/// </remarks>
internal static unsafe class RgbInterleave
{
    /// <summary>Writes a row.</summary>
    /// <param name="red">The red samples. As with the others, 32 more samples must be readable.</param>
    /// <param name="green">The green samples.</param>
    /// <param name="blue">The blue samples.</param>
    /// <param name="width">The number of pixels.</param>
    /// <param name="target">Receives exactly <c>3 × width</c> bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(byte* red, byte* green, byte* blue, int width, byte* target)
    {
        int x = 0;
        for (; x <= width - 16; x += 16)
        {
            Store16(Vector128.Load(red + x), Vector128.Load(green + x), Vector128.Load(blue + x), target + (3 * x));
        }

        for (; x < width; x++)
        {
            target[3 * x] = red[x];
            target[(3 * x) + 1] = green[x];
            target[(3 * x) + 2] = blue[x];
        }
    }

    /// <summary>Writes 16 pixels.</summary>
    /// <param name="red">The red samples.</param>
    /// <param name="green">The green samples.</param>
    /// <param name="blue">The blue samples.</param>
    /// <param name="target">Receives 48 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store16(Vector128<byte> red, Vector128<byte> green, Vector128<byte> blue, byte* target)
    {
        Vector128<byte> r = Lanes.Shuffle(red, Places.Red);
        Vector128<byte> g = Lanes.Shuffle(green, Places.Green);
        Vector128<byte> b = Lanes.Shuffle(blue, Places.Blue);
        Pick(r, g, b).Store(target);
        Pick(g, b, r).Store(target + 16);
        Pick(b, r, g).Store(target + 32);
    }

    /// <summary>Writes 32 pixels. Requires AVX2.</summary>
    /// <param name="red">The red samples.</param>
    /// <param name="green">The green samples.</param>
    /// <param name="blue">The blue samples.</param>
    /// <param name="target">Receives 96 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store32(Vector256<byte> red, Vector256<byte> green, Vector256<byte> blue, byte* target)
    {
        Vector256<byte> r = Avx2.Shuffle(red, Vector256.Create(Places.Red, Places.Red));
        Vector256<byte> g = Avx2.Shuffle(green, Vector256.Create(Places.Green, Places.Green));
        Vector256<byte> b = Avx2.Shuffle(blue, Vector256.Create(Places.Blue, Places.Blue));
        Vector256<byte> first = Pick(r, g, b);
        Vector256<byte> second = Pick(g, b, r);
        Vector256<byte> third = Pick(b, r, g);

        // The lower halves are the first 16 pixels, the upper halves the next 16.
        Avx2.Permute2x128(first, second, 0x20).Store(target);
        Avx2.Permute2x128(third, first, 0x30).Store(target + 32);
        Avx2.Permute2x128(second, third, 0x31).Store(target + 64);
    }

    // Takes bytes 0, 3, 6, ... from the first vector, 1, 4, 7, ... from the second and 2, 5, 8, ... from the third.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pick(Vector128<byte> first, Vector128<byte> second, Vector128<byte> third) =>
        Vector128.ConditionalSelect(Places.Third, third, Vector128.ConditionalSelect(Places.Second, second, first));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Pick(Vector256<byte> first, Vector256<byte> second, Vector256<byte> third) =>
        Avx2.BlendVariable(
            Avx2.BlendVariable(first, second, Vector256.Create(Places.Second, Places.Second)),
            third,
            Vector256.Create(Places.Third, Places.Third));

    private static class Places
    {
        public static Vector128<byte> Red
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => Vector128.Create((byte)0, 11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15, 10, 5);
        }

        public static Vector128<byte> Green
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => Vector128.Create((byte)5, 0, 11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15, 10);
        }

        public static Vector128<byte> Blue
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => Vector128.Create((byte)10, 5, 0, 11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15);
        }

        public static Vector128<byte> Second
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => Vector128.Create((byte)0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0);
        }

        public static Vector128<byte> Third
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => Vector128.Create((byte)0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0);
        }
    }
}

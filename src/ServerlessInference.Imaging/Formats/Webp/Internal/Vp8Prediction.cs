using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Predicts blocks from the pixels above and to the left. Source: RFC 6386, section 12.</summary>
/// <remarks>The pixels to the left are those before each row of the block; the pixel above them is before the pixels above.</remarks>
internal static unsafe class Vp8Prediction
{
    /// <summary>Predicts the brightness of a macroblock.</summary>
    /// <param name="target">The first pixel.</param>
    /// <param name="above">The pixels above.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="hasLeft">Whether the image has pixels to the left.</param>
    /// <param name="hasTop">Whether the image has pixels above.</param>
    public static void Predict16(byte* target, byte* above, nint stride, Vp8Mode mode, bool hasLeft, bool hasTop)
    {
        switch (mode)
        {
            case Vp8Mode.Dc:
                Fill16(target, stride, Vector128.Create((byte)Average(target, above, stride, 16, 4, hasLeft, hasTop)));
                break;
            case Vp8Mode.Vertical:
                Fill16(target, stride, Vector128.Load(above));
                break;
            case Vp8Mode.Horizontal:
                for (int y = 0; y < 16; y++, target += stride)
                {
                    Vector128.Create(target[-1]).Store(target);
                }

                break;
            default:
                TrueMotion16(target, above, stride);
                break;
        }
    }

    /// <summary>Predicts one colour of a macroblock.</summary>
    /// <inheritdoc cref="Predict16"/>
    public static void Predict8(byte* target, byte* above, nint stride, Vp8Mode mode, bool hasLeft, bool hasTop)
    {
        switch (mode)
        {
            case Vp8Mode.Dc:
                Fill8(target, stride, (ulong)Average(target, above, stride, 8, 3, hasLeft, hasTop) * 0x0101010101010101);
                break;
            case Vp8Mode.Vertical:
                Fill8(target, stride, *(ulong*)above);
                break;
            case Vp8Mode.Horizontal:
                for (int y = 0; y < 8; y++, target += stride)
                {
                    *(ulong*)target = target[-1] * 0x0101010101010101UL;
                }

                break;
            default:
                Vector128<short> top = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)above).AsByte()).AsInt16();
                int corner = above[-1];
                for (int y = 0; y < 8; y++, target += stride)
                {
                    Vector128<short> row = top + Vector128.Create((short)(target[-1] - corner));
                    *(ulong*)target = WebpLanes.PackUnsigned(row, row).AsUInt64().ToScalar();
                }

                break;
        }
    }

    /// <summary>Predicts a 4x4 block of brightness.</summary>
    /// <param name="target">The first pixel.</param>
    /// <param name="above">Eight pixels above.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="mode">The mode.</param>
    public static void Predict4(byte* target, byte* above, nint stride, Vp8Mode mode)
    {
        switch (mode)
        {
            case Vp8Mode.Dc:
                int sum = 4;
                for (int i = 0; i < 4; i++)
                {
                    sum += above[i] + target[(i * stride) - 1];
                }

                uint average = (uint)(sum >> 3) * 0x01010101;
                SetRows(target, stride, average, average, average, average);
                break;
            case Vp8Mode.TrueMotion:
                TrueMotion4(target, above, stride);
                break;
            case Vp8Mode.Vertical:
                ulong line = *(ulong*)(above - 1);
                uint row = (uint)Average3(line, line >> 8, line >> 16);
                SetRows(target, stride, row, row, row, row);
                break;
            case Vp8Mode.Horizontal:
                PredictHorizontal(target, above, stride);
                break;
            case Vp8Mode.LeftDown or Vp8Mode.VerticalLeft:
                PredictFromAbove(target, above, stride, mode);
                break;
            case Vp8Mode.HorizontalUp:
                PredictHorizontalUp(target, stride);
                break;
            default:
                PredictFromCorner(target, above, stride, mode);
                break;
        }
    }

    // Where the image has no neighbours on one side, those on the other count twice; without any, the middle grey is predicted.
    private static int Average(byte* target, byte* above, nint stride, int size, int shift, bool hasLeft, bool hasTop)
    {
        if (!hasLeft && !hasTop)
        {
            return 128;
        }

        int sum = 0;
        for (int i = 0; i < size; i++)
        {
            sum += hasTop ? above[i] : 0;
            sum += hasLeft ? target[(i * stride) - 1] : 0;
        }

        sum = hasLeft && hasTop ? sum : 2 * sum;
        return (sum + size) >> (shift + 1);
    }

    private static void Fill16(byte* target, nint stride, Vector128<byte> row)
    {
        for (int y = 0; y < 16; y++)
        {
            row.Store(target + (y * stride));
        }
    }

    private static void Fill8(byte* target, nint stride, ulong row)
    {
        for (int y = 0; y < 8; y++)
        {
            *(ulong*)(target + (y * stride)) = row;
        }
    }

    private static void TrueMotion16(byte* target, byte* above, nint stride)
    {
        Vector128<byte> top = Vector128.Load(above);
        Vector128<short> low = Vector128.WidenLower(top).AsInt16();
        Vector128<short> high = Vector128.WidenUpper(top).AsInt16();
        int corner = above[-1];
        for (int y = 0; y < 16; y++, target += stride)
        {
            Vector128<short> difference = Vector128.Create((short)(target[-1] - corner));
            WebpLanes.PackUnsigned(low + difference, high + difference).Store(target);
        }
    }

    private static void TrueMotion4(byte* target, byte* above, nint stride)
    {
        Vector128<short> top = Vector128.WidenLower(Vector128.CreateScalar(*(uint*)above).AsByte()).AsInt16();
        int corner = above[-1];
        for (int y = 0; y < 4; y++, target += stride)
        {
            Vector128<short> row = top + Vector128.Create((short)(target[-1] - corner));
            *(uint*)target = WebpLanes.PackUnsigned(row, row).AsUInt32().ToScalar();
        }
    }

    private static void PredictHorizontal(byte* target, byte* above, nint stride)
    {
        // The column to the left, with the corner before it and the last pixel repeated after it.
        ulong left = above[-1]
            | ((ulong)target[-1] << 8)
            | ((ulong)target[stride - 1] << 16)
            | ((ulong)target[(2 * stride) - 1] << 24)
            | ((ulong)target[(3 * stride) - 1] << 32)
            | ((ulong)target[(3 * stride) - 1] << 40);
        uint rows = (uint)Average3(left, left >> 8, left >> 16);
        SetRows(
            target,
            stride,
            (rows & 255) * 0x01010101,
            ((rows >> 8) & 255) * 0x01010101,
            ((rows >> 16) & 255) * 0x01010101,
            (rows >> 24) * 0x01010101);
    }

    private static void PredictFromAbove(byte* target, byte* above, nint stride, Vp8Mode mode)
    {
        // Eight pixels above; the last one is repeated.
        ulong line = *(ulong*)above;
        ulong last = line & 0xFF00000000000000;
        ulong next = (line >> 8) | last;
        ulong smooth = Average3(line, next, (next >> 8) | last);
        if (mode == Vp8Mode.LeftDown)
        {
            SetRows(target, stride, (uint)smooth, (uint)(smooth >> 8), (uint)(smooth >> 16), (uint)(smooth >> 24));
            return;
        }

        ulong between = Average2(line, next);
        SetRows(
            target,
            stride,
            (uint)between,
            (uint)smooth,
            ((uint)(between >> 8) & 0xFFFFFF) | ((uint)(smooth >> 32) << 24),
            ((uint)(smooth >> 8) & 0xFFFFFF) | ((uint)(smooth >> 40) << 24));
    }

    private static void PredictHorizontalUp(byte* target, nint stride)
    {
        uint last = target[(3 * stride) - 1];
        ulong left = target[-1]
            | ((ulong)target[stride - 1] << 8)
            | ((ulong)target[(2 * stride) - 1] << 16)
            | ((ulong)(last * 0x01010101) << 24);
        ulong between = Average2(left, left >> 8);
        ulong smooth = Average3(left, left >> 8, left >> 16);
        uint first = Interleave((uint)between, (uint)smooth);
        uint second = Interleave((uint)(between >> 8), (uint)(smooth >> 8));
        uint third = Interleave((uint)(between >> 16), (uint)(smooth >> 16));
        SetRows(target, stride, first, second, (third & 0xFFFF) | (last * 0x01010000), last * 0x01010101);
    }

    private static void PredictFromCorner(byte* target, byte* above, nint stride, Vp8Mode mode)
    {
        // The column to the left from bottom to top, the corner, and three pixels above: one line around the corner.
        ulong edge = target[(3 * stride) - 1]
            | ((ulong)target[(2 * stride) - 1] << 8)
            | ((ulong)target[stride - 1] << 16)
            | ((ulong)target[-1] << 24)
            | ((ulong)*(uint*)(above - 1) << 32);
        ulong next = (edge >> 8) | ((ulong)above[3] << 56);
        ulong smooth = Average3(edge, next, next >> 8);
        if (mode == Vp8Mode.RightDown)
        {
            SetRows(target, stride, (uint)(smooth >> 24), (uint)(smooth >> 16), (uint)(smooth >> 8), (uint)smooth);
            return;
        }

        ulong between = Average2(edge, next);
        if (mode == Vp8Mode.VerticalRight)
        {
            uint upper = (uint)(between >> 32);
            uint lower = (uint)(smooth >> 24);
            SetRows(target, stride, upper, lower, (upper << 8) | ((uint)(smooth >> 16) & 255), (lower << 8) | ((uint)(smooth >> 8) & 255));
            return;
        }

        SetRows(
            target,
            stride,
            ((uint)(between >> 24) & 255) | ((uint)(smooth >> 24) << 8),
            Interleave((uint)(between >> 16), (uint)(smooth >> 16)),
            Interleave((uint)(between >> 8), (uint)(smooth >> 8)),
            Interleave((uint)between, (uint)smooth));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetRows(byte* target, nint stride, uint first, uint second, uint third, uint fourth)
    {
        *(uint*)target = first;
        *(uint*)(target + stride) = second;
        *(uint*)(target + (2 * stride)) = third;
        *(uint*)(target + (3 * stride)) = fourth;
    }

    // Takes the lowest two bytes of both, alternately.
    private static uint Interleave(uint even, uint odd) =>
        (even & 255) | ((odd & 255) << 8) | ((even & 0xFF00) << 8) | ((odd & 0xFF00) << 16);

    // (a + b + 1) / 2 for each byte.
    private static ulong Average2(ulong a, ulong b) => (a | b) - (((a ^ b) >> 1) & 0x7F7F7F7F7F7F7F7F);

    // (a + 2b + c + 2) / 4 for each byte: the rounded average of b and the truncated average of a and c.
    private static ulong Average3(ulong a, ulong b, ulong c) => Average2(b, (a & c) + (((a ^ c) >> 1) & 0x7F7F7F7F7F7F7F7F));
}

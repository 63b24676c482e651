using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Processing;

/// <summary>Halves both sides as OpenCV 4.6's <c>INTER_LINEAR</c> does: each result is the mean of four pixels, rounded half up.</summary>
/// <remarks>OpenCV treats this ratio as a special case with its own rounding, so the general pass would give other results.</remarks>
internal sealed unsafe class OpenCvHalvingResampler(VectorPath path) : RowResampler
{
    private ImageBuffer? _source;
    private PixelRegion _region;

    public override void Begin(ImageBuffer source, in PixelRegion region)
    {
        _source = source;
        _region = region;
    }

    public override void ReadRow(int y, Span<byte> row)
    {
        int from = _region.Left * 2 * ImageBuffer.Channels;
        int length = _region.Width * ImageBuffer.Channels;
        int sourceRow = 2 * (_region.Top + y);
        fixed (byte* upper = _source!.Row(sourceRow)[from..], lower = _source.Row(sourceRow + 1)[from..], results = row[..length])
        {
            int done = 0;
            if (path >= VectorPath.Portable)
            {
                done = RunVector128(upper, lower, results, length);
            }

            for (; done < length; done++)
            {
                int at = (done / 3 * 6) + (done % 3);
                results[done] = (byte)((upper[at] + upper[at + 3] + lower[at] + lower[at + 3] + 2) >> 2);
            }
        }
    }

    public override void End() => _source = null;

    // Two results per step. They need 12 bytes of each source row, which are read as 16, and have 6 bytes, which are written as 8. The loop
    // condition ensures that both stay within the rows.
    private static int RunVector128(byte* upper, byte* lower, byte* results, int length)
    {
        const byte None = ByteShuffle.None;
        Vector128<byte> left = Vector128.Create(0, None, 1, None, 2, None, 6, None, 7, None, 8, None, None, None, None, None);
        Vector128<byte> right = Vector128.Create(3, None, 4, None, 5, None, 9, None, 10, None, 11, None, None, None, None, None);
        int done = 0;
        for (; (2 * done) + 16 <= 2 * length && done + 8 <= length; done += 6)
        {
            Vector128<byte> a = Vector128.Load(upper + (2 * done));
            Vector128<byte> b = Vector128.Load(lower + (2 * done));
            Vector128<ushort> sum = ByteShuffle.Shuffle(a, left).AsUInt16() + ByteShuffle.Shuffle(a, right).AsUInt16()
                + ByteShuffle.Shuffle(b, left).AsUInt16() + ByteShuffle.Shuffle(b, right).AsUInt16();
            Vector128<ushort> mean = (sum + Vector128.Create((ushort)2)) >> 2;
            *(ulong*)(results + done) = Vector128.Narrow(mean, mean).AsUInt64().ToScalar();
        }

        return done;
    }
}

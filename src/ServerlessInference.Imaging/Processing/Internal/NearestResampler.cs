namespace ServerlessInference.Imaging.Processing;

/// <summary>Resizes by copying the nearest pixel, as Pillow's <c>NEAREST</c> does.</summary>
/// <remarks>
/// Pillow steps through the source by repeated addition in double precision. The accumulated rounding error can change which pixel is
/// chosen, so this class adds repeatedly as well instead of multiplying.
/// </remarks>
internal sealed class NearestResampler : RowResampler
{
    private ImageBuffer? _source;
    private int[] _columns = [];
    private int[] _rows = [];
    private int _width;

    public override void Begin(ImageBuffer source, in PixelRegion region)
    {
        _source = source;
        _width = region.Width;
        Fill(ref _columns, region.SourceWidth, region.ResizedWidth, region.Left, region.Width);
        Fill(ref _rows, region.SourceHeight, region.ResizedHeight, region.Top, region.Height);
    }

    public override void ReadRow(int y, Span<byte> row)
    {
        ReadOnlySpan<byte> from = _source!.Row(_rows[y]);
        ReadOnlySpan<int> columns = _columns.AsSpan(0, _width);
        for (int x = 0; x < columns.Length; x++)
        {
            from.Slice(columns[x] * 3, 3).CopyTo(row[(x * 3)..]);
        }
    }

    public override void End() => _source = null;

    private static void Fill(ref int[] positions, int source, int resized, int first, int count)
    {
        Grow(ref positions, count);
        double step = (double)source / resized;
        double at = step * 0.5;
        for (int i = 0; i < first + count; i++, at += step)
        {
            if (i >= first)
            {
                positions[i - first] = Math.Min((int)at, source - 1);
            }
        }
    }
}

namespace ServerlessInference.Imaging.Processing;

/// <summary>Copies a region of an image that is not resized.</summary>
internal sealed class CopyResampler : RowResampler
{
    private ImageBuffer? _source;
    private PixelRegion _region;

    public override void Begin(ImageBuffer source, in PixelRegion region)
    {
        _source = source;
        _region = region;
    }

    public override void ReadRow(int y, Span<byte> row) =>
        _source!.Row(_region.Top + y).Slice(_region.Left * ImageBuffer.Channels, _region.Width * ImageBuffer.Channels).CopyTo(row);

    public override void End() => _source = null;
}

namespace ServerlessInference.Imaging.Processing;

/// <summary>One resampler of each kind, created on first use and kept with its memory. Not thread-safe.</summary>
internal sealed class ResamplerSet(VectorPath path)
{
    private readonly PillowResampler?[] _pillow = new PillowResampler?[(int)ResizeFilter.OpenCvLinear];
    private CopyResampler? _copy;
    private NearestResampler? _nearest;
    private OpenCvLinearResampler? _openCvLinear;
    private OpenCvHalvingResampler? _openCvHalving;

    /// <summary>Gets the resampler for an image. If the size does not change, every filter copies the pixels.</summary>
    public RowResampler Select(in PixelRegion region, ResizeFilter filter)
    {
        if (region.SourceWidth == region.ResizedWidth && region.SourceHeight == region.ResizedHeight)
        {
            return _copy ??= new CopyResampler();
        }

        bool halves = region.SourceWidth == 2L * region.ResizedWidth && region.SourceHeight == 2L * region.ResizedHeight;
        return filter switch
        {
            ResizeFilter.Nearest => _nearest ??= new NearestResampler(),
            ResizeFilter.OpenCvLinear when halves => _openCvHalving ??= new OpenCvHalvingResampler(path),
            ResizeFilter.OpenCvLinear => _openCvLinear ??= new OpenCvLinearResampler(path),
            >= ResizeFilter.Bilinear and < ResizeFilter.OpenCvLinear => _pillow[(int)filter] ??= new PillowResampler(filter, path),
            _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "The filter is not defined."),
        };
    }
}

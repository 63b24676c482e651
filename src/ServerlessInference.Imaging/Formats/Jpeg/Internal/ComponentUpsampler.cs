namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Upsamples one component to the width and height of the image, row by row.</summary>
internal sealed unsafe class ComponentUpsampler
{
    private JpegComponent? _component;
    private UpsamplingKind _kind;
    private int _horizontal;
    private int _vertical;
    private int _outputWidth;
    private byte* _target;
    private short* _sums;
    private int _lastRow;

    /// <summary>Gets a value indicating whether a row also depends on the sample rows above and below it.</summary>
    public bool NeedsContext => _kind is UpsamplingKind.FancyVertical or UpsamplingKind.FancyBoth;

    /// <summary>Prepares for an image and chooses the method, as libjpeg does.</summary>
    /// <param name="frame">The frame. Its scale has been set.</param>
    /// <param name="component">The component.</param>
    /// <param name="target">A buffer for one row of the image plus <see cref="Upsampling.Slack"/>.</param>
    /// <param name="sums">A buffer for one row of sums, shared by all components.</param>
    public void SetUp(JpegFrame frame, JpegComponent component, byte* target, short* sums)
    {
        int inWidth = component.HorizontalSampling * component.ScaledSize / frame.ScaledSize;
        int inHeight = component.VerticalSampling * component.ScaledSize / frame.ScaledSize;
        if (frame.MaxHorizontalSampling % inWidth != 0 || frame.MaxVerticalSampling % inHeight != 0)
        {
            throw JpegErrors.Unsupported(
                $"sampling factors that do not divide the largest ones ({component.HorizontalSampling} × {component.VerticalSampling}; " +
                $"the largest are {frame.MaxHorizontalSampling} × {frame.MaxVerticalSampling})");
        }

        _component = component;
        _horizontal = frame.MaxHorizontalSampling / inWidth;
        _vertical = frame.MaxVerticalSampling / inHeight;
        _outputWidth = frame.OutputWidth;
        _target = target;
        _sums = sums;
        _lastRow = -1;

        bool fancy = frame.ScaledSize > 1;
        bool wide = component.DownsampledWidth > 2;
        _kind = (_horizontal, _vertical) switch
        {
            (1, 1) => UpsamplingKind.None,
            (2, 1) when fancy && wide => UpsamplingKind.FancyHorizontal,
            (1, 2) when fancy => UpsamplingKind.FancyVertical,
            (2, 2) when fancy && wide => UpsamplingKind.FancyBoth,
            _ => UpsamplingKind.Repeat,
        };
    }

    /// <summary>Gets the samples of one row of the image.</summary>
    /// <param name="row">The index of the row in the image.</param>
    /// <returns>The samples, valid until the next call.</returns>
    public byte* GetRow(int row)
    {
        JpegComponent component = _component!;
        int near = row / _vertical;
        byte* source = component.Row(near);
        switch (_kind)
        {
            case UpsamplingKind.None:
                return source;
            case UpsamplingKind.FancyHorizontal:
                Upsampling.FancyHorizontal(source, component.DownsampledWidth, _target);
                break;
            case UpsamplingKind.FancyVertical:
                Upsampling.FancyVertical(source, GetFartherRow(component, row), component.DownsampledWidth, (row & 1) != 0, _target);
                break;
            case UpsamplingKind.FancyBoth:
                Upsampling.FancyBoth(source, GetFartherRow(component, row), component.DownsampledWidth, _sums, _target);
                break;
            default:
                // Vertical repetition: the row in the target is still valid if the last call had the same sample row.
                if (near != _lastRow)
                {
                    Upsampling.Repeat(source, _horizontal, _outputWidth, _target);
                    _lastRow = near;
                }

                break;
        }

        return _target;
    }

    // Each sample row becomes two rows of the image. The upper one also depends on the sample row above, the lower one on the one below.
    private static byte* GetFartherRow(JpegComponent component, int row)
    {
        int far = (row >> 1) + ((row & 1) == 0 ? -1 : 1);
        return component.Row(Math.Clamp(far, 0, component.DownsampledHeight - 1));
    }
}

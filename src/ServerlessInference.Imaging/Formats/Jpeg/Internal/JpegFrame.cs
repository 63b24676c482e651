namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The contents of a JPEG's header: sizes, components, colour space, orientation. Reused from image to image.</summary>
internal sealed class JpegFrame
{
    public const int MaxComponents = 4;

    /// <summary>Gets the components. Only the first <see cref="ComponentCount"/> are in use.</summary>
    public JpegComponent[] Components { get; } = [new() { Index = 0 }, new() { Index = 1 }, new() { Index = 2 }, new() { Index = 3 }];

    public int ComponentCount { get; set; }

    public int Width { get; set; }

    public int Height { get; set; }

    public bool Progressive { get; set; }

    public bool HasFrame { get; set; }

    public int RestartInterval { get; set; }

    public bool HasJfif { get; set; }

    public bool HasAdobe { get; set; }

    public int AdobeTransform { get; set; }

    public bool HasExif { get; set; }

    public bool HasExifOrientation { get; set; }

    public int Orientation { get; set; }

    public int MaxHorizontalSampling { get; set; }

    public int MaxVerticalSampling { get; set; }

    /// <summary>Gets or sets the number of rows of fully interleaved MCUs.</summary>
    public int McuRows { get; set; }

    /// <summary>Gets or sets the number of columns of fully interleaved MCUs.</summary>
    public int McuColumns { get; set; }

    /// <summary>
    /// Gets or sets the number of samples per side to which a block of a component without subsampling is transformed: 8, 4, 2 or 1.
    /// </summary>
    public int ScaledSize { get; set; }

    public int OutputWidth { get; set; }

    public int OutputHeight { get; set; }

    /// <summary>Gets the colour space, which is inferred from the markers and the component identifiers, as libjpeg does.</summary>
    public JpegColorSpace ColorSpace => ComponentCount switch
    {
        1 => JpegColorSpace.Gray,
        4 => !HasAdobe || AdobeTransform == 0 ? JpegColorSpace.Cmyk : JpegColorSpace.Ycck,
        _ when HasJfif => JpegColorSpace.YCbCr,
        _ when HasAdobe => AdobeTransform == 0 ? JpegColorSpace.Rgb : JpegColorSpace.YCbCr,
        _ when Components[0].Id == 'R' && Components[1].Id == 'G' && Components[2].Id == 'B' => JpegColorSpace.Rgb,
        _ => JpegColorSpace.YCbCr,
    };

    /// <summary>Clears the values of the last image.</summary>
    public void Reset()
    {
        ComponentCount = 0;
        Width = 0;
        Height = 0;
        Progressive = false;
        HasFrame = false;
        RestartInterval = 0;
        HasJfif = false;
        HasAdobe = false;
        AdobeTransform = 0;
        HasExif = false;
        HasExifOrientation = false;
        Orientation = 1;
    }

    /// <summary>Computes the sizes in blocks and MCUs from the sampling factors.</summary>
    public void SetUp()
    {
        MaxHorizontalSampling = 1;
        MaxVerticalSampling = 1;
        foreach (JpegComponent component in Components.AsSpan(0, ComponentCount))
        {
            MaxHorizontalSampling = Math.Max(MaxHorizontalSampling, component.HorizontalSampling);
            MaxVerticalSampling = Math.Max(MaxVerticalSampling, component.VerticalSampling);
        }

        McuColumns = DivideUp(Width, 8 * MaxHorizontalSampling);
        McuRows = DivideUp(Height, 8 * MaxVerticalSampling);
        foreach (JpegComponent component in Components.AsSpan(0, ComponentCount))
        {
            component.WidthInBlocks = DivideUp(Width * component.HorizontalSampling, 8 * MaxHorizontalSampling);
            component.HeightInBlocks = DivideUp(Height * component.VerticalSampling, 8 * MaxVerticalSampling);
            component.HasQuantization = false;
            component.Quantization.AsSpan().Clear();
            component.CoefficientBits.AsSpan().Fill(-1);
            component.PreviousCoefficientBits.AsSpan().Fill(-1);
        }
    }

    /// <summary>Computes the output size and the scale of each component in the DCT domain.</summary>
    /// <param name="scaledSize">8 for full size; 4, 2 or 1 for 1/2, 1/4 or 1/8.</param>
    /// <remarks>
    /// As in libjpeg, a subsampled component is scaled down less, if that avoids upsampling it afterwards.
    /// </remarks>
    public void SetScale(int scaledSize)
    {
        ScaledSize = scaledSize;
        OutputWidth = JpegScale.Apply(Width, scaledSize);
        OutputHeight = JpegScale.Apply(Height, scaledSize);
        foreach (JpegComponent component in Components.AsSpan(0, ComponentCount))
        {
            int size = scaledSize;
            while (size < 8
                && MaxHorizontalSampling * scaledSize % (component.HorizontalSampling * size * 2) == 0
                && MaxVerticalSampling * scaledSize % (component.VerticalSampling * size * 2) == 0)
            {
                size *= 2;
            }

            component.ScaledSize = size;
            component.RowsPerMcuRow = component.VerticalSampling * size;
            component.DownsampledWidth = DivideUp(Width * component.HorizontalSampling * size, 8 * MaxHorizontalSampling);
            component.DownsampledHeight = DivideUp(Height * component.VerticalSampling * size, 8 * MaxVerticalSampling);
        }
    }

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;
}

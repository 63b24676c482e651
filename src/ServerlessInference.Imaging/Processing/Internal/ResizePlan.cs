namespace ServerlessInference.Imaging.Processing;

/// <summary>
/// The placement of an image in its tensor: the size to which the image is resized, the size of the tensor, and the offset of the resized
/// image in the tensor.
/// </summary>
/// <remarks>
/// The offset may have either sign on each axis. Positive: the image is smaller than the tensor and is padded (letterbox, or a crop that is
/// larger than the image). Negative: the image is larger and is cropped. Only the visible part is ever resampled (<see cref="Region"/>).
/// </remarks>
internal readonly record struct ResizePlan
{
    private int SourceWidth { get; init; }

    private int SourceHeight { get; init; }

    private int ResizedWidth { get; init; }

    private int ResizedHeight { get; init; }

    /// <summary>Gets the width of the tensor.</summary>
    public int Width { get; private init; }

    /// <summary>Gets the height of the tensor.</summary>
    public int Height { get; private init; }

    /// <summary>Gets the column of the tensor at which the resized image starts. Negative if columns are cropped.</summary>
    public int OffsetX { get; private init; }

    /// <summary>Gets the row of the tensor at which the resized image starts. Negative if rows are cropped.</summary>
    public int OffsetY { get; private init; }

    /// <summary>Gets the grey value of the padding.</summary>
    public byte Fill { get; private init; }

    private double GainX { get; init; }

    private double GainY { get; init; }

    /// <summary>Gets the first column of the tensor that the image covers.</summary>
    public int Left => Math.Max(0, OffsetX);

    /// <summary>Gets the first row of the tensor that the image covers.</summary>
    public int Top => Math.Max(0, OffsetY);

    /// <summary>Gets the part of the resized image that is in the tensor.</summary>
    public PixelRegion Region => new(
        SourceWidth,
        SourceHeight,
        ResizedWidth,
        ResizedHeight,
        Left - OffsetX,
        Top - OffsetY,
        Math.Min(Width, OffsetX + ResizedWidth) - Left,
        Math.Min(Height, OffsetY + ResizedHeight) - Top);

    public LetterboxTransform Transform => new(SourceWidth, SourceHeight, GainX, GainY, OffsetX, OffsetY);

    public static ResizePlan Create(ImagePreprocessingOptions options, int width, int height)
    {
        ResizePlan plan = options.Mode switch
        {
            ImageResizeMode.ShorterSide => Resize(
                width, height, ScaleSide(options.ShorterSide, width, height), ScaleSide(options.ShorterSide, height, width)),
            ImageResizeMode.Exact => Resize(
                width,
                height,
                options.ResizeWidth == 0 ? options.Width : options.ResizeWidth,
                options.ResizeHeight == 0 ? options.Height : options.ResizeHeight),
            ImageResizeMode.Letterbox => Letterbox(options, width, height),
            _ => Resize(width, height, width, height),
        };
        if (options.Mode != ImageResizeMode.Letterbox && options.Width != 0)
        {
            plan = plan with
            {
                Width = options.Width,
                Height = options.Height,
                OffsetX = CropOffset(options.Width, plan.ResizedWidth, options.CropRounding),
                OffsetY = CropOffset(options.Height, plan.ResizedHeight, options.CropRounding),
            };
        }

        if ((long)plan.Width * plan.Height * ImageBuffer.Channels > Array.MaxLength)
        {
            throw TooLarge(width, height, plan.Width, plan.Height);
        }

        return plan;
    }

    private static ResizePlan Resize(int width, int height, long resizedWidth, long resizedHeight)
    {
        if (resizedWidth > int.MaxValue || resizedHeight > int.MaxValue)
        {
            throw TooLarge(width, height, resizedWidth, resizedHeight);
        }

        return new ResizePlan
        {
            SourceWidth = width,
            SourceHeight = height,
            ResizedWidth = (int)resizedWidth,
            ResizedHeight = (int)resizedHeight,
            Width = (int)resizedWidth,
            Height = (int)resizedHeight,
            GainX = (double)resizedWidth / width,
            GainY = (double)resizedHeight / height,
        };
    }

    // The new length of one side. As in torchvision, the longer side is int(size * long / short), computed in double precision.
    private static long ScaleSide(int shorterSide, int side, int other) =>
        side <= other ? shorterSide : (long)((double)((long)shorterSide * side) / other);

    private static ResizePlan Letterbox(ImagePreprocessingOptions options, int width, int height)
    {
        bool centered = options.LetterboxStyle == LetterboxStyle.Centered;
        double gain = Math.Min((double)options.Height / height, (double)options.Width / width);
        if (!options.LetterboxUpscale)
        {
            gain = Math.Min(gain, 1.0);
        }

        // The shorter side of an extremely long image would round to 0, and the image would vanish.
        int resizedWidth = Math.Max(1, (int)(centered ? Math.Round(width * gain, MidpointRounding.ToEven) : width * gain));
        int resizedHeight = Math.Max(1, (int)(centered ? Math.Round(height * gain, MidpointRounding.ToEven) : height * gain));
        int paddingX = options.Width - resizedWidth;
        int paddingY = options.Height - resizedHeight;
        if (options.LetterboxStride > 0)
        {
            // Whole strides of padding are dropped; what remains pads the side to a multiple of the stride.
            paddingX %= options.LetterboxStride;
            paddingY %= options.LetterboxStride;
        }

        return Resize(width, height, resizedWidth, resizedHeight) with
        {
            Width = resizedWidth + paddingX,
            Height = resizedHeight + paddingY,

            // Ultralytics computes round(padding / 2 - 0.1), which places an odd pixel of padding at the right and at the bottom.
            OffsetX = centered ? (int)Math.Round((paddingX / 2.0) - 0.1, MidpointRounding.ToEven) : 0,
            OffsetY = centered ? (int)Math.Round((paddingY / 2.0) - 0.1, MidpointRounding.ToEven) : 0,
            Fill = options.LetterboxFill,
            GainX = gain,
            GainY = gain,
        };
    }

    // Where a centre crop of the given length starts. An image that is too short is padded on both sides: torchvision places an odd pixel
    // of padding after the image, Hugging Face before it.
    private static int CropOffset(int cropLength, int imageLength, CropRounding rounding)
    {
        if (rounding == CropRounding.HalfToEven)
        {
            return imageLength < cropLength
                ? (cropLength - imageLength) / 2
                : -(int)Math.Round((imageLength - cropLength) / 2.0, MidpointRounding.ToEven);
        }

        return imageLength < cropLength ? (cropLength - imageLength + 1) / 2 : -((imageLength - cropLength) / 2);
    }

    private static InvalidImageException TooLarge(int width, int height, long resizedWidth, long resizedHeight) => new(
        InvalidImageKind.TooLarge,
        $"The image has {width} x {height} pixels and would become {resizedWidth} x {resizedHeight}, which is too large. " +
        "Send an image with a different aspect ratio, or set Width and Height.");
}

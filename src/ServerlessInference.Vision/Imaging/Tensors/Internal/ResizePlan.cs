using ServerlessInference.Vision.Imaging.Resizing.Internal;

namespace ServerlessInference.Vision.Imaging.Tensors.Internal;

/// <summary>Where an image goes in its tensor: the size that it is resized to, the tensor's size, and the offset of one in the other.</summary>
internal readonly record struct ResizePlan
{
    private int SourceWidth { get; init; }

    private int SourceHeight { get; init; }

    private int ResizedWidth { get; init; }

    private int ResizedHeight { get; init; }

    /// <summary>The tensor's width.</summary>
    public int Width { get; private init; }

    /// <summary>The tensor's height.</summary>
    public int Height { get; private init; }

    /// <summary>The tensor's column where the resized image starts; below 0 where columns are cut off.</summary>
    public int OffsetX { get; private init; }

    /// <summary>The tensor's row where the resized image starts; below 0 where rows are cut off.</summary>
    public int OffsetY { get; private init; }

    /// <summary>The grey beside the image.</summary>
    public byte Fill { get; private init; }

    private double GainX { get; init; }

    private double GainY { get; init; }

    /// <summary>The first column of the tensor that the image covers.</summary>
    public int Left => Math.Max(0, OffsetX);

    /// <summary>The first row of the tensor that the image covers.</summary>
    public int Top => Math.Max(0, OffsetY);

    /// <summary>The part of the resized image that is in the tensor.</summary>
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
            ImageResizeMode.ShorterSide => Resize(width, height, Follow(options, width, height), Follow(options, height, width)),
            ImageResizeMode.Exact => Resize(
                width, height, options.ResizeWidth == 0 ? options.Width : options.ResizeWidth, options.ResizeHeight == 0 ? options.Height : options.ResizeHeight),
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

    // torchvision: int(size * long / short), in double precision.
    private static long Follow(ImagePreprocessingOptions options, int side, int other) =>
        side <= other ? options.ShorterSide : (long)((double)((long)options.ShorterSide * side) / other);

    private static ResizePlan Letterbox(ImagePreprocessingOptions options, int width, int height)
    {
        bool centered = options.LetterboxStyle == LetterboxStyle.Centered;
        double gain = Math.Min((double)options.Height / height, (double)options.Width / width);
        if (!options.LetterboxUpscale)
        {
            gain = Math.Min(gain, 1.0);
        }

        // An image much longer than wide would otherwise vanish.
        int resizedWidth = Math.Max(1, (int)(centered ? Math.Round(width * gain, MidpointRounding.ToEven) : width * gain));
        int resizedHeight = Math.Max(1, (int)(centered ? Math.Round(height * gain, MidpointRounding.ToEven) : height * gain));
        int restX = options.Width - resizedWidth;
        int restY = options.Height - resizedHeight;
        if (options.LetterboxStride > 0)
        {
            restX %= options.LetterboxStride;
            restY %= options.LetterboxStride;
        }

        return Resize(width, height, resizedWidth, resizedHeight) with
        {
            Width = resizedWidth + restX,
            Height = resizedHeight + restY,

            // Ultralytics: round(rest / 2 - 0.1), so that an odd pixel goes to the right and the bottom.
            OffsetX = centered ? (int)Math.Round((restX / 2.0) - 0.1, MidpointRounding.ToEven) : 0,
            OffsetY = centered ? (int)Math.Round((restY / 2.0) - 0.1, MidpointRounding.ToEven) : 0,
            Fill = options.LetterboxFill,
            GainX = gain,
            GainY = gain,
        };
    }

    private static int CropOffset(int wanted, int actual, CropRounding rounding)
    {
        if (rounding == CropRounding.HalfToEven)
        {
            return actual < wanted ? (wanted - actual) / 2 : -(int)Math.Round((actual - wanted) / 2.0, MidpointRounding.ToEven);
        }

        return actual < wanted ? (wanted - actual + 1) / 2 : -((actual - wanted) / 2);
    }

    private static InvalidInputException TooLarge(int width, int height, long resizedWidth, long resizedHeight) => new(
        InvalidInputKind.TooLarge,
        $"The image, {width} x {height} pixels, would become {resizedWidth} x {resizedHeight}, which is too large. Send an image of other proportions, or set Width and Height.");
}

namespace ServerlessInference.Imaging.Processing;

/// <summary>Validates <see cref="ImagePreprocessingOptions"/> as a whole and reports every failure at once.</summary>
internal static class ImagePreprocessingRules
{
    private const int MaxSide = 65_535;

    /// <summary>The number of pixels whose three float32 values fill the largest array.</summary>
    private const long MaxPixels = int.MaxValue / (3 * sizeof(float));

    public static List<string> FindFailures(ImagePreprocessingOptions options)
    {
        List<string> failures = [];
        CheckSide(failures, nameof(options.Width), options.Width, 0);
        CheckSide(failures, nameof(options.Height), options.Height, 0);
        CheckSide(failures, nameof(options.ShorterSide), options.ShorterSide, 1);
        CheckSide(failures, nameof(options.ResizeWidth), options.ResizeWidth, 0);
        CheckSide(failures, nameof(options.ResizeHeight), options.ResizeHeight, 0);
        CheckSide(failures, nameof(options.LetterboxStride), options.LetterboxStride, 0);
        if ((options.Width == 0) != (options.Height == 0))
        {
            failures.Add($"Width is {options.Width} and Height is {options.Height}; set both or neither.");
        }

        if ((long)options.Width * options.Height > MaxPixels)
        {
            failures.Add(
                $"Width {options.Width} and Height {options.Height} make more than {MaxPixels} pixels, the most that a tensor can hold.");
        }

        if (options.Width == 0 && options.Mode is ImageResizeMode.Exact or ImageResizeMode.Letterbox)
        {
            failures.Add($"Mode {options.Mode} needs Width and Height; they are 0.");
        }

        if (options.Mode is < 0 or > ImageResizeMode.Letterbox)
        {
            failures.Add(Unknown(nameof(options.Mode), options.Mode));
        }

        if (options.Filter is < 0 or > ResizeFilter.OpenCvLinear)
        {
            failures.Add(Unknown(nameof(options.Filter), options.Filter));
        }

        if (options.CropRounding is < 0 or > CropRounding.Down)
        {
            failures.Add(Unknown(nameof(options.CropRounding), options.CropRounding));
        }

        if (options.LetterboxStyle is < 0 or > LetterboxStyle.TopLeft)
        {
            failures.Add(Unknown(nameof(options.LetterboxStyle), options.LetterboxStyle));
        }

        if (options.ChannelOrder is < 0 or > ChannelOrder.Bgr)
        {
            failures.Add(Unknown(nameof(options.ChannelOrder), options.ChannelOrder));
        }

        if (options.Layout is < 0 or > TensorLayout.Nhwc)
        {
            failures.Add(Unknown(nameof(options.Layout), options.Layout));
        }

        if (options.ElementType is < 0 or > ImageElementType.UInt8)
        {
            failures.Add(Unknown(nameof(options.ElementType), options.ElementType));
        }

        if (!(options.Scale > 0 && double.IsFinite(options.Scale)))
        {
            failures.Add($"Scale is {options.Scale}; it must be above 0.");
        }

        CheckChannels(failures, nameof(options.Mean), options.Mean, zeroAllowed: true);
        CheckChannels(failures, nameof(options.StandardDeviation), options.StandardDeviation, zeroAllowed: false);
        return failures;
    }

    private static void CheckSide(List<string> failures, string property, int value, int minimum)
    {
        if (value < minimum || value > MaxSide)
        {
            failures.Add($"{property} is {value}; it must be {minimum} to {MaxSide}.");
        }
    }

    private static string Unknown<T>(string property, T value)
        where T : struct, Enum => $"{property} is {value}; it must be one of: {string.Join(", ", Enum.GetNames<T>())}.";

    private static void CheckChannels(List<string> failures, string property, ChannelValues value, bool zeroAllowed)
    {
        foreach (float channel in (ReadOnlySpan<float>)[value.Red, value.Green, value.Blue])
        {
            if (!float.IsFinite(channel) || (channel == 0 && !zeroAllowed))
            {
                failures.Add($"{property} is {value}; each value must be a finite number{(zeroAllowed ? string.Empty : " other than 0")}.");
                return;
            }
        }
    }
}

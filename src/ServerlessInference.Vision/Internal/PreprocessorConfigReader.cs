using System.Text.Json;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision;

/// <summary>Reads the settings from one <c>preprocessor_config.json</c>, or from the part of a <c>processor_config.json</c>.</summary>
internal sealed class PreprocessorConfigReader
{
    private const double ConvNextCropPercent = 224.0 / 256.0;
    private const int ConvNextMinWarpSize = 384;
    private const double LevitResizeFactor = 256.0 / 224.0;

    private const double PoolFormerCropPercent = 0.9;

    private static readonly string[] UnsupportedSteps =
    [
        "do_pad", "do_thumbnail", "do_align_long_axis", "do_crop_margin", "do_image_splitting", "do_pan_and_scan", "do_color_quantize",
        "keep_aspect_ratio",
    ];

    /// <summary>Every file of an image processor has at least one of these settings.</summary>
    private static readonly string[] CommonSettings =
    [
        "image_processor_type", "feature_extractor_type", "do_resize", "do_rescale", "do_normalize", "do_center_crop", "size", "crop_size",
        "resample", "image_mean", "image_std", "rescale_factor",
    ];

    private readonly JsonElement _config;
    private readonly string _file;
    private readonly string _family;
    private readonly PreprocessorDefaults _defaults;

    public PreprocessorConfigReader(JsonElement config, string file)
    {
        _config = config;
        _file = file;
        if (!Array.Exists(CommonSettings, HasSetting) && !Array.Exists(UnsupportedSteps, HasSetting))
        {
            throw new ModelLoadException(
                $"{file} is not the configuration of an image processor: it has none of the settings " +
                $"{string.Join(", ", CommonSettings)}. Use the file that was exported with the model, or remove it and set the option " +
                "Preprocessing.");
        }

        string name = GetString("image_processor_type") ?? GetString("feature_extractor_type") ?? string.Empty;
        _family = RemoveSuffix(name);
        _defaults = PreprocessorDefaults.Find(_family) ?? throw new ModelLoadException(
            $"{file} names the processor '{name}', which is not supported. The supported processors are those of " +
            $"{PreprocessorDefaults.SupportedFamilies}. For other processors, set {nameof(ImagePreprocessingOptions)} yourself.");
    }

    public ImagePreprocessingOptions Read()
    {
        foreach (string step in UnsupportedSteps)
        {
            if (GetBoolean(step, false))
            {
                throw new ModelLoadException(
                    $"{_file} requires '{step}', which is not supported. " +
                    $"Set {nameof(ImagePreprocessingOptions)} yourself.");
            }
        }

        var options = new ImagePreprocessingOptions
        {
            Filter = GetFilter(),
            CropRounding = CropRounding.Down,
            Scale = GetBoolean("do_rescale", true) ? GetNumber("rescale_factor", 1.0 / 255.0) : 1.0,
            ChannelOrder = GetBoolean("do_flip_channel_order", _family == "MobileViT") ? ChannelOrder.Bgr : ChannelOrder.Rgb,
        };
        bool normalizes = GetBoolean("do_normalize", true);
        options.Mean = normalizes ? GetChannels("image_mean", _defaults.Mean) : new ChannelValues(0f);
        options.StandardDeviation = normalizes ? GetChannels("image_std", _defaults.Deviation) : new ChannelValues(1f);
        if (_family == "EfficientNet")
        {
            ReadEfficientNet(options, normalizes);
        }

        ReadSizes(options);
        return options.Validate() is { Count: > 0 } failures
            ? throw new ModelLoadException(
                $"{_file} states settings that cannot be used. {string.Join(' ', failures)} " +
                "Use the file that was exported with the model.")
            : options;
    }

    // EfficientNet may shift the scaled pixels to -1 to 1, and divides by the deviation a second time for classification.
    private void ReadEfficientNet(ImagePreprocessingOptions options, bool normalizes)
    {
        ChannelValues mean = options.Mean, deviation = options.StandardDeviation;
        if (GetBoolean("rescale_offset", false))
        {
            options.Mean = new ChannelValues(mean.Red + 1, mean.Green + 1, mean.Blue + 1);
        }

        if (normalizes && GetBoolean("include_top", true))
        {
            options.StandardDeviation = new ChannelValues(
                deviation.Red * deviation.Red, deviation.Green * deviation.Green, deviation.Blue * deviation.Blue);
        }
    }

    private void ReadSizes(ImagePreprocessingOptions options)
    {
        options.Mode = ImageResizeMode.None;
        options.Width = options.Height = 0;
        bool crops = GetBoolean("do_center_crop", _defaults.CropSize != 0 && _family.Length != 0);
        if (GetBoolean("do_resize", true))
        {
            ReadResize(options, crops);
        }

        if (crops)
        {
            ImageSize crop = GetCrop();
            if (options.Mode == ImageResizeMode.Exact)
            {
                (options.ResizeWidth, options.ResizeHeight) = (options.Width, options.Height);
            }

            (options.Width, options.Height) = (crop.Width, crop.Height);
        }
    }

    private void ReadResize(ImagePreprocessingOptions options, bool crops)
    {
        (int shorterSide, ImageSize exact) = GetSize(crops);
        if (_family == "PoolFormer")
        {
            shorterSide = GetPoolFormerSide(shorterSide, exact);
        }

        if (shorterSide == 0)
        {
            options.Mode = ImageResizeMode.Exact;
            (options.Width, options.Height) = (exact.Width, exact.Height);
            CheckMultiple(exact);
            return;
        }

        options.Mode = ImageResizeMode.ShorterSide;
        options.ShorterSide = _family == "Levit" ? (int)(LevitResizeFactor * shorterSide) : shorterSide;
        if (_family != "ConvNext")
        {
            return;
        }

        // ConvNeXt models with small inputs are evaluated on a centre crop, those with inputs of 384 or more on the whole image, resized
        // without regard to its aspect ratio.
        options.Width = options.Height = shorterSide;
        if (shorterSide < ConvNextMinWarpSize)
        {
            options.ShorterSide = (int)(shorterSide / GetNumber("crop_pct", ConvNextCropPercent));
        }
        else
        {
            options.Mode = ImageResizeMode.Exact;
        }
    }

    // DPT would round the size to a multiple, which sizes of exported models already are.
    private void CheckMultiple(ImageSize size)
    {
        int multiple = (int)GetNumber("ensure_multiple_of", 1);
        if (multiple > 1 && (size.Width % multiple != 0 || size.Height % multiple != 0))
        {
            throw new ModelLoadException(
                $"{_file} states a size that is not a multiple of its ensure_multiple_of, {multiple}. " +
                $"Set {nameof(ImagePreprocessingOptions)} yourself.");
        }
    }

    // With crop_pct, a square is the size of the crop, and the shorter side becomes longer by that share.
    private int GetPoolFormerSide(int shorterSide, ImageSize exact)
    {
        bool isOff = _config.TryGetProperty("crop_pct", out JsonElement stated) && stated.ValueKind == JsonValueKind.Null;
        int side = shorterSide > 0 ? shorterSide : exact.Width == exact.Height ? exact.Width : 0;
        if (!isOff && side == 0)
        {
            throw new ModelLoadException(
                $"{_file} states a size that is not a square together with crop_pct, which is not supported. " +
                $"Set {nameof(ImagePreprocessingOptions)} yourself.");
        }

        return isOff ? shorterSide : (int)(side / GetNumber("crop_pct", PoolFormerCropPercent));
    }

    // Returns either the length of the shorter side, or 0 and the exact size.
    private (int ShorterSide, ImageSize Exact) GetSize(bool crops)
    {
        if (!TryGet("size", out JsonElement size))
        {
            return _defaults.SizeIsShorterSide ? (_defaults.Size, default) : (0, new ImageSize(_defaults.Size, _defaults.Size));
        }

        if (size.ValueKind == JsonValueKind.Number)
        {
            int pixels = size.GetInt32();

            // If the file names no processor, the meaning of a bare number follows from the crop: processors that crop resize the
            // shorter side, the others resize to a square.
            bool isShorterSide = _family.Length == 0 ? crops : _defaults.SizeIsShorterSide;
            return isShorterSide ? (pixels, default) : (0, new ImageSize(pixels, pixels));
        }

        if (TryGetExactSize(size, out ImageSize exact))
        {
            return (0, exact);
        }

        if (size.ValueKind == JsonValueKind.Object
            && size.TryGetProperty("shortest_edge", out JsonElement edge)
            && !size.TryGetProperty("longest_edge", out _))
        {
            return (edge.GetInt32(), default);
        }

        throw new ModelLoadException(
            $"{_file} states the size {size.GetRawText()}; " +
            "a number, height and width, or shortest_edge alone was expected. " +
            $"Set {nameof(ImagePreprocessingOptions)} yourself.");
    }

    private static bool TryGetExactSize(JsonElement size, out ImageSize exact)
    {
        if (size.ValueKind == JsonValueKind.Object
            && size.TryGetProperty("height", out JsonElement height)
            && size.TryGetProperty("width", out JsonElement width))
        {
            exact = new ImageSize(width.GetInt32(), height.GetInt32());
            return true;
        }

        exact = default;
        return false;
    }

    private ImageSize GetCrop()
    {
        int fallback = _defaults.CropSize == 0 ? _defaults.Size : _defaults.CropSize;
        if (!TryGet("crop_size", out JsonElement crop))
        {
            return new ImageSize(fallback, fallback);
        }

        if (crop.ValueKind == JsonValueKind.Number)
        {
            return new ImageSize(crop.GetInt32(), crop.GetInt32());
        }

        return TryGetExactSize(crop, out ImageSize exact)
            ? exact
            : throw new ModelLoadException(
                $"{_file} states the crop {crop.GetRawText()}; a number, or height and width, was expected.");
    }

    // The numbers are those of Pillow's Image.Resampling.
    private ResizeFilter GetFilter() => TryGet("resample", out JsonElement value)
        ? value.GetInt32() switch
        {
            0 => ResizeFilter.Nearest,
            1 => ResizeFilter.Lanczos,
            2 => ResizeFilter.Bilinear,
            3 => ResizeFilter.Bicubic,
            4 => ResizeFilter.Box,
            5 => ResizeFilter.Hamming,
            int other => throw new ModelLoadException(
                $"{_file} states the resampling filter {other}; Pillow's filters are 0 to 5."),
        }
        : _defaults.Filter;

    private ChannelValues GetChannels(string property, ChannelValues fallback)
    {
        if (!TryGet(property, out JsonElement value))
        {
            return fallback;
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            return new ChannelValues(value.GetSingle());
        }

        // Models of grey images have one number.
        int count = value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : 0;
        return count is 1 or 3
            ? new ChannelValues(value[0].GetSingle(), value[count / 2].GetSingle(), value[count - 1].GetSingle())
            : throw new ModelLoadException($"{_file} states {property} {value.GetRawText()}; three numbers or one were expected.");
    }

    private bool GetBoolean(string property, bool fallback) => TryGet(property, out JsonElement value) ? value.GetBoolean() : fallback;

    private double GetNumber(string property, double fallback) => TryGet(property, out JsonElement value) ? value.GetDouble() : fallback;

    private string? GetString(string property) => TryGet(property, out JsonElement value) ? value.GetString() : null;

    private bool HasSetting(string property) => TryGet(property, out _);

    private bool TryGet(string property, out JsonElement value) =>
        _config.TryGetProperty(property, out value) && value.ValueKind != JsonValueKind.Null;

    private static string RemoveSuffix(string name)
    {
        foreach (string suffix in (ReadOnlySpan<string>)["ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                return name[..^suffix.Length];
            }
        }

        return name;
    }
}

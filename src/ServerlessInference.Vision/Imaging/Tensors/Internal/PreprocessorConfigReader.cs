using System.Text.Json;
using ServerlessInference.Vision.Imaging.Resizing;

namespace ServerlessInference.Vision.Imaging.Tensors.Internal;

/// <summary>Turns one <c>preprocessor_config.json</c> into settings.</summary>
internal sealed class PreprocessorConfigReader
{
    private const double ConvNextCropPercent = 224.0 / 256.0;
    private const int ConvNextWarpFrom = 384;
    private const double LevitResize = 256.0 / 224.0;

    private readonly JsonElement _config;
    private readonly string _family;
    private readonly PreprocessorDefaults _defaults;

    public PreprocessorConfigReader(JsonElement config)
    {
        _config = config;
        string name = GetString("image_processor_type") ?? GetString("feature_extractor_type") ?? string.Empty;
        _family = Trim(name);
        _defaults = PreprocessorDefaults.Find(_family) ?? throw new ModelLoadException(
            $"preprocessor_config.json names the processor '{name}', which is not supported. Supported are those of {PreprocessorDefaults.Known}; for others set {nameof(ImagePreprocessingOptions)} yourself.");
    }

    public ImagePreprocessingOptions Read()
    {
        foreach (string step in (ReadOnlySpan<string>)["do_pad", "do_thumbnail", "do_align_long_axis", "do_crop_margin", "do_image_splitting"])
        {
            if (GetBoolean(step, false))
            {
                throw new ModelLoadException($"preprocessor_config.json asks for '{step}', which is not supported. Set {nameof(ImagePreprocessingOptions)} yourself.");
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
        ReadSizes(options);
        new ImagePreprocessingRules().ThrowIfInvalid(options);
        return options;
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
        (int shorter, ImageSize exact) = GetSize(crops);
        if (shorter == 0)
        {
            options.Mode = ImageResizeMode.Exact;
            (options.Width, options.Height) = (exact.Width, exact.Height);
            return;
        }

        options.Mode = ImageResizeMode.ShorterSide;
        options.ShorterSide = _family == "Levit" ? (int)(LevitResize * shorter) : shorter;
        if (_family != "ConvNext")
        {
            return;
        }

        // Small models crop, those from 384 on stretch the whole image.
        options.Width = options.Height = shorter;
        if (shorter < ConvNextWarpFrom)
        {
            options.ShorterSide = (int)(shorter / GetNumber("crop_pct", ConvNextCropPercent));
        }
        else
        {
            options.Mode = ImageResizeMode.Exact;
        }
    }

    private (int Shorter, ImageSize Exact) GetSize(bool crops)
    {
        if (!TryGet("size", out JsonElement size))
        {
            return _defaults.SizeIsShorterSide ? (_defaults.Size, default) : (0, new ImageSize(_defaults.Size, _defaults.Size));
        }

        if (size.ValueKind == JsonValueKind.Number)
        {
            int pixels = size.GetInt32();

            // A file that names no processor tells by its crop what the number means.
            bool shorter = _family.Length == 0 ? crops : _defaults.SizeIsShorterSide;
            return shorter ? (pixels, default) : (0, new ImageSize(pixels, pixels));
        }

        if (size.ValueKind == JsonValueKind.Object && size.TryGetProperty("height", out JsonElement height) && size.TryGetProperty("width", out JsonElement width))
        {
            return (0, new ImageSize(width.GetInt32(), height.GetInt32()));
        }

        if (size.ValueKind == JsonValueKind.Object && size.TryGetProperty("shortest_edge", out JsonElement edge) && !size.TryGetProperty("longest_edge", out _))
        {
            return (edge.GetInt32(), default);
        }

        throw new ModelLoadException(
            $"preprocessor_config.json states the size {size.GetRawText()}; a number, height and width, or shortest_edge alone were expected. Set {nameof(ImagePreprocessingOptions)} yourself.");
    }

    private ImageSize GetCrop()
    {
        int fallback = _defaults.CropSize == 0 ? _defaults.Size : _defaults.CropSize;
        if (!TryGet("crop_size", out JsonElement crop))
        {
            return new ImageSize(fallback, fallback);
        }

        return crop.ValueKind == JsonValueKind.Number
            ? new ImageSize(crop.GetInt32(), crop.GetInt32())
            : crop.ValueKind == JsonValueKind.Object && crop.TryGetProperty("height", out JsonElement height) && crop.TryGetProperty("width", out JsonElement width)
                ? new ImageSize(width.GetInt32(), height.GetInt32())
                : throw new ModelLoadException($"preprocessor_config.json states the crop {crop.GetRawText()}; a number, or height and width were expected.");
    }

    // The numbers are Pillow's: Image.Resampling.
    private ResizeFilter GetFilter() => TryGet("resample", out JsonElement value)
        ? value.GetInt32() switch
        {
            0 => ResizeFilter.Nearest,
            1 => ResizeFilter.Lanczos,
            2 => ResizeFilter.Bilinear,
            3 => ResizeFilter.Bicubic,
            4 => ResizeFilter.Box,
            5 => ResizeFilter.Hamming,
            int other => throw new ModelLoadException($"preprocessor_config.json states the resampling {other}; Pillow knows 0 to 5."),
        }
        : _defaults.Filter;

    private ChannelValues GetChannels(string property, ChannelValues fallback)
    {
        if (!TryGet(property, out JsonElement value))
        {
            return fallback;
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 3
            ? new ChannelValues(value[0].GetSingle(), value[1].GetSingle(), value[2].GetSingle())
            : throw new ModelLoadException($"preprocessor_config.json states {property} {value.GetRawText()}; three numbers were expected.");
    }

    private bool GetBoolean(string property, bool fallback) => TryGet(property, out JsonElement value) ? value.GetBoolean() : fallback;

    private double GetNumber(string property, double fallback) => TryGet(property, out JsonElement value) ? value.GetDouble() : fallback;

    private string? GetString(string property) => TryGet(property, out JsonElement value) ? value.GetString() : null;

    private bool TryGet(string property, out JsonElement value) =>
        _config.TryGetProperty(property, out value) && value.ValueKind != JsonValueKind.Null;

    private static string Trim(string name)
    {
        foreach (string suffix in (ReadOnlySpan<string>)["ImageProcessorFast", "ImageProcessor", "FeatureExtractor"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                return name[..^suffix.Length];
            }
        }

        return name;
    }
}

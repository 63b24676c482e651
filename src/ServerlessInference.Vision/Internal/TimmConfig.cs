using System.Text.Json;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision;

/// <summary>Reads the settings of a timm model from its <c>config.json</c>.</summary>
/// <remarks>Source: <c>resolve_data_config</c> and <c>transforms_imagenet_eval</c> of timm 1.0. Thread-safe and stateless.</remarks>
internal static class TimmConfig
{
    private const double DefaultCropPercent = 0.875;
    private const int DefaultSize = 224;

    /// <summary>Reads the settings.</summary>
    /// <returns>The settings; <see langword="null"/> if timm has not written the file.</returns>
    /// <exception cref="ModelLoadException">The file states something that is not supported.</exception>
    public static ImagePreprocessingOptions? TryRead(LoadedModel model) =>
        ModelSettings.Read(model, "config.json", null, config => Find(config) is { } found ? Read(found, model) : null);

    // Early exports have the settings beside the name of the architecture.
    private static JsonElement? Find(JsonElement config) => config.ValueKind != JsonValueKind.Object ? null
        : config.TryGetProperty("pretrained_cfg", out JsonElement settings) && settings.ValueKind == JsonValueKind.Object ? settings
        : config.TryGetProperty("architecture", out _) && config.TryGetProperty("mean", out _) && config.TryGetProperty("std", out _)
            ? config
            : null;

    private static ImagePreprocessingOptions Read(JsonElement config, LoadedModel model)
    {
        (int height, int width) = ReadSize(config);
        double crop = TryGet(config, "crop_pct", out JsonElement percent) ? percent.GetDouble() : DefaultCropPercent;
        ImagePreprocessingOptions settings = ImagePreprocessingPresets.Torchvision();
        settings.Width = width;
        settings.Height = height;
        settings.Filter = ReadFilter(config, model);
        settings.Mean = ReadChannels(config, "mean", settings.Mean);
        settings.StandardDeviation = ReadChannels(config, "std", settings.StandardDeviation);
        int resizedHeight = (int)Math.Floor(height / crop), resizedWidth = (int)Math.Floor(width / crop);
        string mode = TryGet(config, "crop_mode", out JsonElement stated) ? stated.GetString() ?? "center" : "center";
        if (mode == "squash")
        {
            settings.Mode = ImageResizeMode.Exact;
            (settings.ResizeWidth, settings.ResizeHeight) = (resizedWidth, resizedHeight);
        }
        else if (mode == "center" && height == width)
        {
            settings.ShorterSide = resizedHeight;
        }
        else
        {
            throw new ModelLoadException(
                $"The config.json of model '{model.Identity.Name}' states the crop mode '{mode}' for {width} x {height} pixels; " +
                "'squash', and 'center' for squares, are supported. Set the option Preprocessing.");
        }

        return settings;
    }

    private static (int Height, int Width) ReadSize(JsonElement config) =>
        TryGet(config, "input_size", out JsonElement size) && size.ValueKind == JsonValueKind.Array && size.GetArrayLength() == 3
            ? (size[1].GetInt32(), size[2].GetInt32())
            : (DefaultSize, DefaultSize);

    private static ResizeFilter ReadFilter(JsonElement config, LoadedModel model) =>
        !TryGet(config, "interpolation", out JsonElement name) ? ResizeFilter.Bicubic : name.GetString() switch
        {
            "bicubic" => ResizeFilter.Bicubic,
            "bilinear" => ResizeFilter.Bilinear,
            "nearest" => ResizeFilter.Nearest,
            "box" => ResizeFilter.Box,
            "hamming" => ResizeFilter.Hamming,
            "lanczos" => ResizeFilter.Lanczos,
            string other => throw new ModelLoadException(
                $"The config.json of model '{model.Identity.Name}' states the interpolation '{other}', which is not a filter of Pillow. " +
                "Set the option Preprocessing."),
            null => ResizeFilter.Bicubic,
        };

    private static ChannelValues ReadChannels(JsonElement config, string name, ChannelValues fallback)
    {
        if (!TryGet(config, name, out JsonElement values) || values.ValueKind != JsonValueKind.Array)
        {
            return fallback;
        }

        int count = values.GetArrayLength();
        return count is 1 or 3
            ? new ChannelValues(values[0].GetSingle(), values[count / 2].GetSingle(), values[count - 1].GetSingle())
            : throw new FormatException($"'{name}' has {count} numbers; three or one were expected.");
    }

    private static bool TryGet(JsonElement config, string name, out JsonElement value) =>
        config.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
}

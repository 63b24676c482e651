using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision;

/// <summary>The metadata of ONNX for images, which Azure Custom Vision and converters for Windows write.</summary>
/// <remarks>Source: MetadataProps.md of ONNX 1.17, "Image Metadata".</remarks>
internal static class ImageMetadata
{
    private const string PixelFormat = "Image.BitmapPixelFormat";
    private const string PixelRange = "Image.NominalPixelRange";

    /// <summary>Reads the settings.</summary>
    /// <param name="model">The model.</param>
    /// <param name="height">The height of the model's input in pixels; 0 if it is dynamic.</param>
    /// <param name="width">The width of the model's input in pixels; 0 if it is dynamic.</param>
    /// <returns>The settings; <see langword="null"/> if the model has no such metadata.</returns>
    /// <exception cref="ModelLoadException">The metadata states something that is not supported.</exception>
    public static ImagePreprocessingOptions? TryRead(LoadedModel model, int height, int width)
    {
        string? format = Get(model, PixelFormat), range = Get(model, PixelRange);
        if (format is null && range is null)
        {
            return null;
        }

        ImagePreprocessingOptions settings = CustomVision.CreatePreprocessing(height, width);
        settings.ChannelOrder = format is "Bgr8" or "Bgra8" ? ChannelOrder.Bgr
            : format is null or "Rgb8" or "Rgba8" or "Gray8" ? ChannelOrder.Rgb
            : throw CreateException(model, PixelFormat, format, "Gray8, Rgb8, Bgr8, Rgba8 and Bgra8");
        switch (range)
        {
            case "NominalRange_0_255":
                break;
            case null or "Normalized_0_1":
                settings.Scale = 1.0 / byte.MaxValue;
                break;
            case "Normalized_1_1":
                settings.Scale = 1.0 / byte.MaxValue;
                settings.Mean = settings.StandardDeviation = new ChannelValues(0.5f);
                break;
            default:
                throw CreateException(model, PixelRange, range, "NominalRange_0_255, Normalized_0_1 and Normalized_1_1");
        }

        return settings;
    }

    private static string? Get(LoadedModel model, string key) =>
        model.Description.Metadata.TryGetValue(key, out string? value) && value.Length > 0 ? value : null;

    private static ModelLoadException CreateException(LoadedModel model, string key, string value, string supported) => new(
        $"The metadata '{key}' of model '{model.Identity.Name}' is '{value}'; {supported} are supported. Set the option Preprocessing.");
}

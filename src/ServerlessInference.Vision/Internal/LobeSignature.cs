using System.Text.Json;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision;

/// <summary>The preprocessing of models that Microsoft Lobe exported, which have a <c>signature.json</c>.</summary>
/// <remarks>
/// Lobe cuts the centre square out of an image, resizes it with Pillow's default filter, and scales pixels to 0 to 1. Here the image is
/// resized first, which gives the same pixels up to rounding. Source: <c>image_utils.py</c> of lobe-python 0.6.
/// </remarks>
internal static class LobeSignature
{
    public const string File = "signature.json";

    /// <summary>Determines whether the model has a signature with inputs and outputs.</summary>
    public static bool IsPresent(LoadedModel model) => ModelSettings.Read(
        model, File, "inputs", static inputs => inputs.ValueKind == JsonValueKind.Object ? "inputs" : null) is not null;

    /// <summary>Creates the settings.</summary>
    /// <param name="height">The height of the model's input in pixels; 0 if it is dynamic.</param>
    /// <param name="width">The width of the model's input in pixels; 0 if it is dynamic.</param>
    public static ImagePreprocessingOptions CreatePreprocessing(int height, int width)
    {
        ImagePreprocessingOptions settings = ImagePreprocessingPresets.UltralyticsClassification();
        settings.Filter = ResizeFilter.Bicubic;
        settings.Height = height > 0 ? height : settings.Height;
        settings.Width = width > 0 ? width : settings.Width;
        settings.ShorterSide = Math.Max(settings.Height, settings.Width);
        return settings;
    }
}

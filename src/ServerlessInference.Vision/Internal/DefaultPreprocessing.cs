using ServerlessInference.Imaging.Processing;
using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision;

/// <summary>Finds the preprocessing settings of a model that has none in its options.</summary>
internal static class DefaultPreprocessing
{
    /// <summary>torchvision resizes to 256 and crops to 224. Models of other sizes use the same ratio.</summary>
    private const double ResizeToCropRatio = 256.0 / 224.0;

    private const int MaxConfigBytes = 1024 * 1024;

    /// <summary>The size of a letterbox if neither the model nor its metadata states one: the size with which Ultralytics trains.</summary>
    private const int DefaultLetterboxSide = 640;

    /// <summary>Reads the settings.</summary>
    /// <param name="model">The model.</param>
    /// <param name="configured">The settings in the options, which take precedence.</param>
    /// <returns>Settings that the caller may change.</returns>
    /// <exception cref="ModelContractException">The model has no image input.</exception>
    /// <exception cref="ModelLoadException"><c>preprocessor_config.json</c> cannot be used.</exception>
    public static ImagePreprocessingOptions Read(LoadedModel model, ImagePreprocessingOptions? configured)
    {
        if (configured is not null)
        {
            return configured.Clone();
        }

        if (model.Artifact.TryGetFile("preprocessor_config.json", out ModelFile? file))
        {
            return HuggingFacePreprocessorConfig.Read(file.ReadAllBytes(MaxConfigBytes));
        }

        var metadata = UltralyticsMetadata.Read(model);
        (int height, int width) = ImageInput.GetSize(ImageInput.Get(model));
        return metadata switch
        {
            { IsClassifier: true } => CreateClassifier(metadata, height, width),
            { Task: not null } => CreateLetterbox(ImagePreprocessingPresets.Ultralytics(), metadata, height, width),
            _ => CreateTorchvision(height, width),
        };
    }

    /// <summary>Sets the size of a letterbox to that of the model, or else to that of its metadata.</summary>
    /// <param name="settings">The letterbox.</param>
    /// <param name="metadata">The metadata.</param>
    /// <param name="height">The height of the model's input in pixels; 0 if it is dynamic.</param>
    /// <param name="width">The width of the model's input in pixels; 0 if it is dynamic.</param>
    /// <returns>The same settings.</returns>
    public static ImagePreprocessingOptions CreateLetterbox(
        ImagePreprocessingOptions settings, UltralyticsMetadata metadata, int height, int width)
    {
        settings.Height = height > 0 ? height : metadata.Height > 0 ? metadata.Height : DefaultLetterboxSide;
        settings.Width = width > 0 ? width : metadata.Width > 0 ? metadata.Width : DefaultLetterboxSide;
        return settings;
    }

    // As in Ultralytics' classify_transforms, a square input is cropped from the centre of the image. For any other input the whole image
    // is resized, without keeping its aspect ratio. A dynamic axis takes the size of the export from the metadata, or else the preset's.
    private static ImagePreprocessingOptions CreateClassifier(UltralyticsMetadata metadata, int height, int width)
    {
        ImagePreprocessingOptions settings = ImagePreprocessingPresets.UltralyticsClassification();
        settings.Height = height > 0 ? height : metadata.Height > 0 ? metadata.Height : settings.Height;
        settings.Width = width > 0 ? width : metadata.Width > 0 ? metadata.Width : settings.Width;
        settings.ShorterSide = settings.Height;
        settings.Mode = settings.Height == settings.Width ? ImageResizeMode.ShorterSide : ImageResizeMode.Exact;
        return settings;
    }

    private static ImagePreprocessingOptions CreateTorchvision(int height, int width)
    {
        ImagePreprocessingOptions settings = ImagePreprocessingPresets.Torchvision();
        if (height > 0 && width > 0)
        {
            settings.Height = height;
            settings.Width = width;
            settings.ShorterSide = (int)Math.Round(Math.Max(height, width) * ResizeToCropRatio);
        }

        return settings;
    }
}

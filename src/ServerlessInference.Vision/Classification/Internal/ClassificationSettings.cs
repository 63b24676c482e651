using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Internal;
using ServerlessInference.Vision.Internal;

namespace ServerlessInference.Vision.Classification.Internal;

/// <summary>Finds out what a classification model's images have to look like.</summary>
internal static class ClassificationSettings
{
    /// <summary>torchvision resizes to 256 and crops 224: the share that is kept for other sizes too.</summary>
    private const double ResizeForCrop = 256.0 / 224.0;

    private const int MaxConfigBytes = 1024 * 1024;

    public static ImagePreprocessingOptions Of(LoadedModel model, ImageClassificationOptions options)
    {
        if (options.Preprocessing is { } set)
        {
            return set.Clone();
        }

        if (model.Artifact.TryGetFile("preprocessor_config.json", out ModelFile? file))
        {
            return HuggingFacePreprocessorConfig.Read(file.ReadAllBytes(MaxConfigBytes));
        }

        var metadata = UltralyticsMetadata.Of(model);
        ImagePreprocessingOptions settings = metadata.IsClassifier ? ImagePreprocessingPresets.UltralyticsClassification() : ImagePreprocessingPresets.Torchvision();
        ValueDescription input = EncodedImagePreprocessor.GetImageInput(model);
        bool channelsLast = input.Shape[3] == ImageBuffer.Channels && input.Shape[1] != ImageBuffer.Channels;
        long height = input.Shape[channelsLast ? 1 : 2];
        long width = input.Shape[channelsLast ? 2 : 3];
        if (metadata.IsClassifier)
        {
            int usual = settings.Height;
            SetUltralytics(
                settings,
                height > 0 ? checked((int)height) : metadata.Height > 0 ? metadata.Height : usual,
                width > 0 ? checked((int)width) : metadata.Width > 0 ? metadata.Width : usual);
        }
        else if (height > 0 && width > 0)
        {
            settings.Height = checked((int)height);
            settings.Width = checked((int)width);
            settings.ShorterSide = (int)Math.Round(Math.Max(height, width) * ResizeForCrop);
        }

        return settings;
    }

    // Ultralytics' classify_transforms: a square is cropped from the middle, another rectangle is resized to without regard to proportions.
    private static void SetUltralytics(ImagePreprocessingOptions settings, int height, int width)
    {
        settings.Height = height;
        settings.Width = width;
        settings.ShorterSide = height;
        settings.Mode = height == width ? ImageResizeMode.ShorterSide : ImageResizeMode.Exact;
    }
}

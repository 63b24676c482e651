using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Internal;
using ServerlessInference.Vision.Internal;

namespace ServerlessInference.Vision.Classification.Internal;

/// <summary>Reads the preprocessing settings of an image classification model.</summary>
internal static class ClassificationSettings
{
    /// <summary>torchvision resizes to 256 and crops to 224. Models of other sizes use the same ratio.</summary>
    private const double ResizeToCropRatio = 256.0 / 224.0;

    private const int MaxConfigBytes = 1024 * 1024;

    public static ImagePreprocessingOptions Read(LoadedModel model, ImageClassificationOptions options)
    {
        if (options.Preprocessing is { } set)
        {
            return set.Clone();
        }

        if (model.Artifact.TryGetFile("preprocessor_config.json", out ModelFile? file))
        {
            return HuggingFacePreprocessorConfig.Read(file.ReadAllBytes(MaxConfigBytes));
        }

        var metadata = UltralyticsMetadata.Read(model);
        ImagePreprocessingOptions settings = metadata.IsClassifier
            ? ImagePreprocessingPresets.UltralyticsClassification()
            : ImagePreprocessingPresets.Torchvision();
        ValueDescription input = EncodedImagePreprocessor.GetImageInput(model);
        bool channelsLast = input.Shape[3] == ImageBuffer.Channels && input.Shape[1] != ImageBuffer.Channels;
        long height = input.Shape[channelsLast ? 1 : 2];
        long width = input.Shape[channelsLast ? 2 : 3];
        if (metadata.IsClassifier)
        {
            // A dynamic axis takes the size of the export from the metadata, or else the preset's.
            int defaultSide = settings.Height;
            SetUltralytics(
                settings,
                height > 0 ? checked((int)height) : metadata.Height > 0 ? metadata.Height : defaultSide,
                width > 0 ? checked((int)width) : metadata.Width > 0 ? metadata.Width : defaultSide);
        }
        else if (height > 0 && width > 0)
        {
            settings.Height = checked((int)height);
            settings.Width = checked((int)width);
            settings.ShorterSide = (int)Math.Round(Math.Max(height, width) * ResizeToCropRatio);
        }

        return settings;
    }

    // As in Ultralytics' classify_transforms, a square input is cropped from the centre of the image. For any other input the whole image
    // is resized, without keeping its aspect ratio.
    private static void SetUltralytics(ImagePreprocessingOptions settings, int height, int width)
    {
        settings.Height = height;
        settings.Width = width;
        settings.ShorterSide = height;
        settings.Mode = height == width ? ImageResizeMode.ShorterSide : ImageResizeMode.Exact;
    }
}

using System.Globalization;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision;

/// <summary>Finds the preprocessing settings of a model that has none in its options.</summary>
internal static class DefaultPreprocessing
{
    /// <summary>torchvision resizes to 256 and crops to 224. Models of other sizes use the same ratio.</summary>
    private const double ResizeToCropRatio = 256.0 / 224.0;

    private static readonly string[] ProcessorFiles = ["preprocessor_config.json", "processor_config.json"];

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
            return Decide(model, configured.Clone(), "the option Preprocessing");
        }

        foreach (string name in ProcessorFiles)
        {
            if (model.Artifact.TryGetFile(name, out ModelFile? file)
                && HuggingFacePreprocessorConfig.TryRead(file.ReadAllBytes(MaxConfigBytes), name) is { } settings)
            {
                return Decide(model, settings, name);
            }
        }

        ValueDescription input = ImageInput.Get(model);
        (int height, int width) = ImageInput.GetSize(input);
        var metadata = UltralyticsMetadata.Read(model);
        switch (metadata)
        {
            case { IsClassifier: true }:
                return Decide(model, CreateClassifier(metadata, height, width), "Ultralytics' metadata");
            case { Task: not null }:
                return Decide(
                    model, CreateLetterbox(ImagePreprocessingPresets.Ultralytics(), metadata, height, width), "Ultralytics' metadata");
        }

        return TimmConfig.TryRead(model) is { } timm ? Decide(model, timm, "pretrained_cfg of config.json")
            : LobeSignature.IsPresent(model) ? Decide(model, LobeSignature.CreatePreprocessing(height, width), LobeSignature.File)
            : ImageMetadata.TryRead(model, height, width) is { } stated ? Decide(model, stated, "the image metadata of the model")
            : CustomVision.IsExport(model)
                ? Decide(model, CustomVision.CreatePreprocessing(height, width), "inputs and outputs have the names of Azure Custom Vision")
            : TeachableMachine.IsExport(model, input)
                ? Decide(model, TeachableMachine.CreatePreprocessing(), "labels.txt and the input are those of Teachable Machine")
            : ImageInput.GetChannels(input) != ImageBuffer.Channels
                ? Decide(model, CreatePlain(height, width), "a default for grey and RGBA inputs, since no file states the settings")
            : Decide(model, CreateTorchvision(height, width), "a default, since no file next to the model states the settings");
    }

    /// <summary>Records the settings and where they come from.</summary>
    /// <returns>The same settings.</returns>
    public static ImagePreprocessingOptions Decide(LoadedModel model, ImagePreprocessingOptions settings, string origin)
    {
        // Put together by hand: interpolation of numbers is generic code that would have to be compiled at every cold start.
        CultureInfo culture = CultureInfo.InvariantCulture;
        string resize = settings.Mode switch
        {
            ImageResizeMode.ShorterSide => "shorter side " + settings.ShorterSide.ToString(culture) + ", ",
            ImageResizeMode.Letterbox => "letterbox, ",
            ImageResizeMode.Exact => "exact size, ",
            _ => string.Empty,
        };
        string value = resize + settings.Width.ToString(culture) + " x " + settings.Height.ToString(culture) + ", " +
            GetName(settings.Filter) + (settings.ChannelOrder == ChannelOrder.Bgr ? ", BGR" : ", RGB") +
            ", scale " + settings.Scale.ToString("0.######", culture) +
            ", mean " + settings.Mean.Red.ToString("0.###", culture) +
            ", std " + settings.StandardDeviation.Red.ToString("0.###", culture);
        model.Decide(new ModelDecision("preprocessing", value, origin));
        return settings;
    }

    private static string GetName(ResizeFilter filter) => filter switch
    {
        ResizeFilter.Nearest => "nearest",
        ResizeFilter.Box => "box",
        ResizeFilter.Bilinear => "bilinear",
        ResizeFilter.Hamming => "hamming",
        ResizeFilter.Bicubic => "bicubic",
        ResizeFilter.Lanczos => "lanczos",
        _ => "OpenCV's linear filter",
    };

    // Values from 0 to 1 of the whole image, which is what most frameworks give their grey models.
    private static ImagePreprocessingOptions CreatePlain(int height, int width)
    {
        ImagePreprocessingOptions settings = CreateTorchvision(height, width);
        settings.Mean = new ChannelValues(0f);
        settings.StandardDeviation = new ChannelValues(1f);
        settings.Mode = ImageResizeMode.Exact;
        return settings;
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

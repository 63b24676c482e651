using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision;

/// <summary>The preprocessing of classifiers that Azure Custom Vision exported: the whole image, BGR, values 0 to 255.</summary>
/// <remarks>Source: the example program <c>predict.py</c> in its ONNX exports, which resizes with Pillow's default filter.</remarks>
internal static class CustomVision
{
    /// <summary>Determines whether the inputs and outputs have the names of an export.</summary>
    public static bool IsExport(LoadedModel model) =>
        model.Description.Inputs is [{ Name: "data" }]
        && model.Description.IndexOfOutput("classLabel") is >= 0 and var label
        && model.Description.Outputs[label].Kind == ValueKind.Tensor
        && model.Description.IndexOfOutput("loss") >= 0;

    /// <summary>Creates the settings.</summary>
    /// <param name="height">The height of the model's input in pixels; 0 if it is dynamic.</param>
    /// <param name="width">The width of the model's input in pixels; 0 if it is dynamic.</param>
    public static ImagePreprocessingOptions CreatePreprocessing(int height, int width)
    {
        ImagePreprocessingOptions settings = ImagePreprocessingPresets.UltralyticsClassification();
        settings.Mode = ImageResizeMode.Exact;
        settings.Filter = ResizeFilter.Bicubic;
        settings.Height = height > 0 ? height : settings.Height;
        settings.Width = width > 0 ? width : settings.Width;
        settings.ChannelOrder = ChannelOrder.Bgr;
        settings.Scale = 1;
        return settings;
    }
}

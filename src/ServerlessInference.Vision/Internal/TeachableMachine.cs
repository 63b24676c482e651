using System.Globalization;
using System.Text;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision;

/// <summary>The preprocessing of classifiers that Google's Teachable Machine exported, converted from Keras to ONNX.</summary>
/// <remarks>
/// Its <c>labels.txt</c> has the number of each class before its name. The example program in its exports fits the image into 224 x 224
/// with <c>ImageOps.fit</c> and Lanczos' filter, and scales pixels to -1 to 1. Here the image is resized before it is cropped, which gives
/// the same pixels up to rounding.
/// </remarks>
internal static class TeachableMachine
{
    private const int Side = 224;
    private const int MaxLabelsBytes = 64 * 1024;

    /// <summary>Determines whether labels and input are those of an export.</summary>
    public static bool IsExport(LoadedModel model, ValueDescription input) =>
        ImageInput.HasChannelsLast(input)
        && ImageInput.GetSize(input) == (Side, Side)
        && model.Artifact.TryGetFile("labels.txt", out ModelFile? labels)
        && labels.Length <= MaxLabelsBytes
        && HasNumberedLines(Encoding.UTF8.GetString(labels.ReadAllBytes(MaxLabelsBytes).Span));

    /// <summary>Creates the settings.</summary>
    public static ImagePreprocessingOptions CreatePreprocessing()
    {
        ImagePreprocessingOptions settings = ImagePreprocessingPresets.UltralyticsClassification(Side);
        settings.Filter = ResizeFilter.Lanczos;
        settings.Scale = 1 / 127.5;
        settings.Mean = new ChannelValues(1f);
        return settings;
    }

    private static bool HasNumberedLines(string text)
    {
        string[] lines = text.Trim().Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(i.ToString(CultureInfo.InvariantCulture) + " ", StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}

using System.Text.Json;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision;

/// <summary>Reads the preprocessing settings of a Hugging Face model from its <c>preprocessor_config.json</c>.</summary>
/// <remarks>
/// <para>Supports the processors of ViT, DeiT, BEiT, BiT (also used by DINOv2), CLIP, SigLIP, ConvNeXt (also used by ResNet), LeViT,
/// MobileNet, MobileViT and SegFormer, under the names of their image processors and of the older feature extractors. Sizes may be numbers
/// or objects. A setting that the file omits gets the processor's default. A step that this package does not support is reported as an
/// error; it is never skipped silently.</para>
/// <para>Thread-safe and stateless. Source: the slow (Pillow) image processors of transformers 4.</para>
/// </remarks>
public static class HuggingFacePreprocessorConfig
{
    /// <summary>Reads the settings.</summary>
    /// <param name="json">The content of the file, in UTF-8.</param>
    /// <returns>A new settings object, which the caller may change.</returns>
    /// <exception cref="ModelLoadException">
    /// The content is not valid JSON of this kind, or it requires a step that this package does not support.
    /// </exception>
    public static ImagePreprocessingOptions Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new PreprocessorConfigReader(document.RootElement).Read()
                : throw new ModelLoadException(
                    $"preprocessor_config.json contains a JSON {document.RootElement.ValueKind}; an object was expected.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelLoadException(
                "preprocessor_config.json is not the JSON that image processors write. Use the file that was exported with the model.",
                exception);
        }
    }
}

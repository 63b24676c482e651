using System.Text.Json;
using ServerlessInference.Vision.Imaging.Tensors.Internal;

namespace ServerlessInference.Vision.Imaging;

/// <summary>Reads the preprocessing settings of a Hugging Face model: its <c>preprocessor_config.json</c>.</summary>
/// <remarks>
/// <para>Understands sizes as a number and as an object, and the processors of ViT, DeiT, BEiT, BiT (also DINOv2), CLIP, SigLIP, ConvNeXt (also
/// ResNet), LeViT, MobileNet, MobileViT and SegFormer, by the names of their image processors and of the older feature extractors.
/// Where the file leaves a setting out the processor's default counts. Steps that this package does not have are refused, not left out.</para>
/// <para>Thread-safe: holds no state. Source: the slow (Pillow) image processors of transformers 4.</para>
/// </remarks>
public static class HuggingFacePreprocessorConfig
{
    /// <summary>Reads settings.</summary>
    /// <param name="json">The file's content, UTF-8.</param>
    /// <returns>New settings, free to be changed.</returns>
    /// <exception cref="ModelLoadException">The file is no such JSON, or asks for steps that this package does not have.</exception>
    public static ImagePreprocessingOptions Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new PreprocessorConfigReader(document.RootElement).Read()
                : throw new ModelLoadException($"preprocessor_config.json holds a JSON {document.RootElement.ValueKind}; an object was expected.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelLoadException("preprocessor_config.json is not the JSON that image processors write. Take the file that was exported with the model.", exception);
        }
    }
}

using System.Text.Json;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision;

/// <summary>Reads the preprocessing settings of a Hugging Face model from its <c>preprocessor_config.json</c>.</summary>
/// <remarks>
/// <para>Supports the processors of ViT, DeiT, BEiT, BiT (also used by DINOv2), CLIP, SigLIP, BLIP, ConvNeXt (also used by ResNet),
/// DINOv3, DPT, EfficientFormer, EfficientNet, FLAVA, LeViT, MobileNet, MobileViT, OWL-ViT, PoolFormer, PVT and SegFormer, under the names
/// of their image processors and of the older feature extractors, alone or within the <c>processor_config.json</c> of Transformers 5. Sizes
/// may be numbers or objects. A setting that the file omits gets the processor's default. A step that this package does not support is
/// reported as an error; it is never skipped silently.</para>
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
    public static ImagePreprocessingOptions Read(ReadOnlyMemory<byte> json) => TryRead(json, "preprocessor_config.json")
        ?? throw new ModelLoadException(
            "preprocessor_config.json names timm's processor, whose settings are in config.json. Read pretrained_cfg from there.");

    /// <summary>Reads the settings from a file of any name, which may contain several processors.</summary>
    /// <returns>The settings; <see langword="null"/> for the processor of timm, whose settings are in <c>config.json</c>.</returns>
    internal static ImagePreprocessingOptions? TryRead(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new ModelLoadException($"{file} contains a JSON {root.ValueKind}; an object was expected.");
            }

            // Transformers 5 saves the processors for images, texts and sounds of a model in one file.
            JsonElement config =
                root.TryGetProperty("image_processor", out JsonElement nested) && nested.ValueKind == JsonValueKind.Object ? nested : root;
            bool isTimm = config.TryGetProperty("image_processor_type", out JsonElement type)
                && type.ValueKind == JsonValueKind.String && type.ValueEquals("TimmWrapperImageProcessor"u8);
            return isTimm ? null : new PreprocessorConfigReader(config, file).Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelLoadException(
                $"{file} is not the JSON that image processors write. Use the file that was exported with the model.", exception);
        }
    }
}

namespace ServerlessInference.Vision.Imaging;

/// <summary>What becomes of an image's transparency.</summary>
public enum AlphaMode
{
    /// <summary>It is dropped and the colours stay as stored, as Pillow's <c>convert("RGB")</c> does. The default.</summary>
    Drop,

    /// <summary>The image is composed over <see cref="ImageDecodeOptions.Background"/>.</summary>
    Compose,
}

namespace ServerlessInference.Imaging;

/// <summary>How the transparency of an image is handled.</summary>
public enum AlphaMode
{
    /// <summary>The alpha channel is dropped and the colours stay as stored, as in Pillow's <c>convert("RGB")</c>. The default.</summary>
    Drop,

    /// <summary>The image is composited over <see cref="ImageDecodeOptions.Background"/>.</summary>
    Compose,
}

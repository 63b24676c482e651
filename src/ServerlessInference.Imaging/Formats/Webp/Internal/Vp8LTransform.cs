namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>A transform of a lossless picture, and the picture or palette that it needs.</summary>
internal sealed class Vp8LTransform
{
    public Vp8LTransformKind Kind { get; set; }

    /// <summary>Gets or sets the width of the picture after the transform is inverted.</summary>
    public int Width { get; set; }

    /// <summary>
    /// Gets or sets the binary logarithm of the side of the tiles that share a value; for palettes, of the number of pixels per stored one.
    /// </summary>
    public int Bits { get; set; }

    /// <summary>Gets the values of the tiles, or the colours.</summary>
    public PinnedBuffer<uint> Data { get; } = new();

    /// <summary>Gets the previous row, for predictions, with one more pixel before and after.</summary>
    public PinnedBuffer<uint> Above { get; } = new();
}

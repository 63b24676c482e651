namespace ServerlessInference.Imaging.Processing;

/// <summary>The mapping from an image to its tensor, used to map pixels of the tensor back to pixels of the image.</summary>
/// <remarks>
/// A column <c>x</c> of the image is at <c>x × GainX + PadLeft</c> in the tensor. <see cref="ImageTensorizer"/> returns a transform for
/// every resize mode, not only for letterboxing.
/// </remarks>
/// <param name="SourceWidth">The width of the image in pixels.</param>
/// <param name="SourceHeight">The height of the image in pixels.</param>
/// <param name="GainX">The horizontal scale: pixels of the tensor per pixel of the image. Letterboxing scales both axes equally.</param>
/// <param name="GainY">The vertical scale: pixels of the tensor per pixel of the image.</param>
/// <param name="PadLeft">The number of columns of the tensor to the left of the image. Negative if columns were cropped.</param>
/// <param name="PadTop">The number of rows of the tensor above the image. Negative if rows were cropped.</param>
public readonly record struct LetterboxTransform(int SourceWidth, int SourceHeight, double GainX, double GainY, int PadLeft, int PadTop)
{
    /// <summary>Maps a column of the tensor back to the image.</summary>
    /// <param name="x">A column of the tensor, in pixels.</param>
    /// <returns>The column of the image, in pixels, 0 to <see cref="SourceWidth"/>.</returns>
    public float ToSourceX(float x) => (float)Math.Clamp((x - PadLeft) / GainX, 0, SourceWidth);

    /// <summary>Maps a row of the tensor back to the image.</summary>
    /// <param name="y">A row of the tensor, in pixels.</param>
    /// <returns>The row of the image, in pixels, 0 to <see cref="SourceHeight"/>.</returns>
    public float ToSourceY(float y) => (float)Math.Clamp((y - PadTop) / GainY, 0, SourceHeight);
}

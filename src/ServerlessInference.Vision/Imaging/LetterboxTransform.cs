namespace ServerlessInference.Vision.Imaging;

/// <summary>How an image became a tensor: leads from pixels of the tensor back to pixels of the image.</summary>
/// <remarks>A pixel <c>x</c> of the image lies at <c>x × GainX + PadLeft</c> in the tensor. Made by <see cref="ImageTensorizer"/>, for every resize mode.</remarks>
/// <param name="SourceWidth">The image's width in pixels.</param>
/// <param name="SourceHeight">The image's height in pixels.</param>
/// <param name="GainX">Pixels of the tensor per pixel of the image, across. The same as <paramref name="GainY"/> for letterboxed images.</param>
/// <param name="GainY">Pixels of the tensor per pixel of the image, down.</param>
/// <param name="PadLeft">Columns of the tensor left of the image; below 0 where columns were cut off.</param>
/// <param name="PadTop">Rows of the tensor above the image; below 0 where rows were cut off.</param>
public readonly record struct LetterboxTransform(int SourceWidth, int SourceHeight, double GainX, double GainY, int PadLeft, int PadTop)
{
    /// <summary>Leads a column back to the image.</summary>
    /// <param name="x">A column of the tensor, in pixels.</param>
    /// <returns>The column of the image, in pixels, 0 to <see cref="SourceWidth"/>.</returns>
    public float ToSourceX(float x) => (float)Math.Clamp((x - PadLeft) / GainX, 0, SourceWidth);

    /// <summary>Leads a row back to the image.</summary>
    /// <param name="y">A row of the tensor, in pixels.</param>
    /// <returns>The row of the image, in pixels, 0 to <see cref="SourceHeight"/>.</returns>
    public float ToSourceY(float y) => (float)Math.Clamp((y - PadTop) / GainY, 0, SourceHeight);
}

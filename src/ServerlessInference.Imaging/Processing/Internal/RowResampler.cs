namespace ServerlessInference.Imaging.Processing;

/// <summary>Computes the rows of a resized image one after the other, from the top.</summary>
/// <remarks>Owns its working memory and reuses it for the next image. Not thread-safe.</remarks>
internal abstract class RowResampler
{
    /// <summary>Starts an image. The source must not change until <see cref="End"/>.</summary>
    public abstract void Begin(ImageBuffer source, in PixelRegion region);

    /// <summary>Computes one row of the region.</summary>
    /// <param name="y">The index of the row within the region. It must not be lower than in the previous call.</param>
    /// <param name="row">Receives the pixels of the row, each red, green, blue.</param>
    public abstract void ReadRow(int y, Span<byte> row);

    /// <summary>Releases the reference to the source.</summary>
    public abstract void End();

    protected static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = GC.AllocateUninitializedArray<T>(length);
        }
    }
}

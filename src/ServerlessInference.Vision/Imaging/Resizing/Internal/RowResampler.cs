namespace ServerlessInference.Vision.Imaging.Resizing.Internal;

/// <summary>Makes the rows of a resized image one after the other, from the top.</summary>
/// <remarks>Owns its memory and keeps it for the next image. Not thread-safe.</remarks>
internal abstract class RowResampler
{
    /// <summary>Starts an image. The source must not change until its last row is read.</summary>
    public abstract void Begin(ImageBuffer source, in PixelRegion region);

    /// <summary>Makes a row of the region.</summary>
    /// <param name="y">The row within the region; never lower than in the call before.</param>
    /// <param name="row">Takes the region's width times red, green, blue.</param>
    public abstract void ReadRow(int y, Span<byte> row);

    /// <summary>Lets go of the source.</summary>
    public abstract void End();

    protected static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = GC.AllocateUninitializedArray<T>(length);
        }
    }
}

using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision;

/// <summary>Reads what <see cref="ImagePreprocessor"/> leaves in a batch for the postprocessor.</summary>
public static class InferenceBatchExtensions
{
    /// <summary>Gets where an image is in its tensor, which maps positions in the tensor back to pixels of the original image.</summary>
    /// <param name="batch">A batch that <see cref="ImagePreprocessor"/> has filled.</param>
    /// <param name="row">The index of the image in the batch. It must not have failed.</param>
    /// <returns>
    /// The transform. <see cref="LetterboxTransform.SourceWidth"/> and <see cref="LetterboxTransform.SourceHeight"/> are the size of the
    /// original image as it is displayed, also if it was scaled down while it was decoded.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="InvalidOperationException">No <see cref="ImagePreprocessor"/> has filled the batch.</exception>
    /// <example>
    /// <code>
    /// LetterboxTransform transform = batch.GetImageTransform(row);
    /// float left = transform.ToSourceX(box[0]);
    /// float top = transform.ToSourceY(box[1]);
    /// </code>
    /// </example>
    public static LetterboxTransform GetImageTransform(this InferenceBatch batch, int row)
    {
        ImageBatchState state = GetState(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)batch.Count, nameof(row));
        return state.Transforms[row];
    }

    /// <summary>Gets the size that every image of a batch has in the input tensor.</summary>
    /// <param name="batch">A batch that <see cref="ImagePreprocessor"/> has filled.</param>
    /// <returns>The width and height of the tensor in pixels.</returns>
    /// <exception cref="InvalidOperationException">No <see cref="ImagePreprocessor"/> has filled the batch.</exception>
    public static ImageSize GetImageSize(this InferenceBatch batch) => GetState(batch).Size;

    private static ImageBatchState GetState(InferenceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ImageBatchState state = batch.State(static () => new ImageBatchState());
        return state.HasSize
            ? state
            : throw new InvalidOperationException(
                $"The batch holds no images. Its preprocessor must be {nameof(ImagePreprocessor)}, or call one.");
    }
}

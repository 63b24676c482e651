using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision;

/// <summary>
/// Data about the images of a batch that the preprocessor leaves for the postprocessor. The object is reused from batch to batch.
/// </summary>
internal sealed class ImageBatchState
{
    /// <summary>Gets the transforms from pixels of the tensor back to pixels of the image, one per row of the batch.</summary>
    public LetterboxTransform[] Transforms { get; private set; } = [];

    /// <summary>Gets or sets the size of each image in the tensor. The first image of the batch decides it.</summary>
    public ImageSize Size
    {
        get;
        set
        {
            field = value;
            HasSize = true;
        }
    }

    /// <summary>Gets a value indicating whether <see cref="Size"/> has been set for the current batch.</summary>
    public bool HasSize { get; private set; }

    public void Begin(int count)
    {
        HasSize = false;
        if (Transforms.Length < count)
        {
            Transforms = new LetterboxTransform[count];
        }
    }
}

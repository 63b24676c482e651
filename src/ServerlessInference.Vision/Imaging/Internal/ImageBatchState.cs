namespace ServerlessInference.Vision.Imaging.Internal;

/// <summary>What preprocessing leaves in a batch of images: where each came to lie in its tensor. Kept from batch to batch.</summary>
internal sealed class ImageBatchState
{
    /// <summary>Gets the image that is decoded into, one after the other.</summary>
    public ImageBuffer Image { get; } = new();

    /// <summary>Gets the way back from each tensor to its image.</summary>
    public LetterboxTransform[] Transforms { get; private set; } = [];

    /// <summary>Gets or sets the size of the images' tensor.</summary>
    public ImageSize Size { get; set; }

    public void Begin(int count)
    {
        if (Transforms.Length < count)
        {
            Transforms = new LetterboxTransform[count];
        }
    }
}

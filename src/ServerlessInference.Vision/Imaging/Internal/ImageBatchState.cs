namespace ServerlessInference.Vision.Imaging.Internal;

/// <summary>What preprocessing leaves in a batch of images: where each came to lie in its tensor. Kept from batch to batch.</summary>
internal sealed class ImageBatchState
{
    /// <summary>Gets the way back from each tensor to its image.</summary>
    public LetterboxTransform[] Transforms { get; private set; } = [];

    /// <summary>Gets or sets the size of the images' tensor, which the first image decides.</summary>
    public ImageSize Size
    {
        get;
        set
        {
            field = value;
            HasSize = true;
        }
    }

    /// <summary>Gets a value indicating whether <see cref="Size"/> was set since the batch began.</summary>
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

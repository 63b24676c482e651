namespace ServerlessInference.Imaging.Processing;

/// <summary>Where a centre crop starts when an odd number of pixels has to be cut off.</summary>
public enum CropRounding
{
    /// <summary>At half that number, rounded half to even, as in torchvision's <c>CenterCrop</c>.</summary>
    HalfToEven,

    /// <summary>At half that number, rounded down, as in Hugging Face's <c>center_crop</c>.</summary>
    Down,
}

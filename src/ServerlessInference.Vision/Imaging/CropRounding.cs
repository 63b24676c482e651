namespace ServerlessInference.Vision.Imaging;

/// <summary>Where a centre crop starts when the pixels left over are an odd number.</summary>
public enum CropRounding
{
    /// <summary>Half of them, rounded half to even: torchvision's <c>CenterCrop</c>.</summary>
    HalfToEven,

    /// <summary>Half of them, rounded down: Hugging Face's <c>center_crop</c>.</summary>
    Down,
}

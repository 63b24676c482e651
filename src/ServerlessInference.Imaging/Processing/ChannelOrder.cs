namespace ServerlessInference.Imaging.Processing;

/// <summary>The order of an image tensor's channels.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red, for models trained on images that OpenCV decoded.</summary>
    Bgr,
}

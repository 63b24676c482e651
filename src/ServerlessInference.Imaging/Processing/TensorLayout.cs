namespace ServerlessInference.Imaging.Processing;

/// <summary>The order of an image tensor's axes.</summary>
public enum TensorLayout
{
    /// <summary>Batch, channel, height, width, as in PyTorch.</summary>
    Nchw,

    /// <summary>Batch, height, width, channel, as in TensorFlow and Keras.</summary>
    Nhwc,
}

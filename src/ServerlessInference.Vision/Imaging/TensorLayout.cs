namespace ServerlessInference.Vision.Imaging;

/// <summary>The order of an image tensor's axes.</summary>
public enum TensorLayout
{
    /// <summary>Batch, channel, height, width: PyTorch.</summary>
    Nchw,

    /// <summary>Batch, height, width, channel: TensorFlow and Keras.</summary>
    Nhwc,
}

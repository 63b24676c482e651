namespace ServerlessInference.Vision.Imaging;

/// <summary>A value for each colour.</summary>
/// <param name="Red">For red.</param>
/// <param name="Green">For green.</param>
/// <param name="Blue">For blue.</param>
public readonly record struct ChannelValues(float Red, float Green, float Blue)
{
    /// <summary>Creates the same value for each colour.</summary>
    /// <param name="value">The value.</param>
    public ChannelValues(float value)
        : this(value, value, value)
    {
    }
}

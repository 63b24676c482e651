namespace ServerlessInference.Imaging.Processing;

/// <summary>One value per colour channel.</summary>
/// <param name="Red">The value for red.</param>
/// <param name="Green">The value for green.</param>
/// <param name="Blue">The value for blue.</param>
public readonly record struct ChannelValues(float Red, float Green, float Blue)
{
    /// <summary>Creates channel values that are the same for every colour.</summary>
    /// <param name="value">The value.</param>
    public ChannelValues(float value)
        : this(value, value, value)
    {
    }
}

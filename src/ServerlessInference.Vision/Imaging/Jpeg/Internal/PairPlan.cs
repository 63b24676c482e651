namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>Two adjacent blocks of a component: where their samples go.</summary>
internal unsafe struct PairPlan
{
    public JpegComponent Component;

    /// <summary>The block plan of the left block.</summary>
    public int Left;

    /// <summary>The block plan of the right block.</summary>
    public int Right;

    /// <summary>Samples from the left side of the two MCUs.</summary>
    public int X;

    /// <summary>Sample rows from the top of the MCU.</summary>
    public int Y;

    /// <summary>Samples from two MCUs to the next two.</summary>
    public int Step;

    /// <summary>Where the samples of the next two MCUs go.</summary>
    public byte* Target;
}

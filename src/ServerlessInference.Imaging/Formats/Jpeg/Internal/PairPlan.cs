namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The destination of the samples of two adjacent blocks of a component.</summary>
internal unsafe struct PairPlan
{
    public JpegComponent Component;

    /// <summary>The index of the block plan of the left block.</summary>
    public int Left;

    /// <summary>The index of the block plan of the right block.</summary>
    public int Right;

    /// <summary>The distance from the left edge of the two MCUs, in samples.</summary>
    public int X;

    /// <summary>The distance from the top of the MCU, in sample rows.</summary>
    public int Y;

    /// <summary>The distance from two MCUs to the next two, in samples.</summary>
    public int Step;

    /// <summary>The destination of the samples of the next two MCUs.</summary>
    public byte* Target;
}

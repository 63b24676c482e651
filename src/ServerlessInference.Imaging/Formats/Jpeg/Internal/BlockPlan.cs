namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The tables and the destination with which one block of an MCU is decoded.</summary>
internal unsafe struct BlockPlan
{
    /// <summary>The lookup of the DC table.</summary>
    public uint* Dc;

    /// <summary>The lookup of the AC table.</summary>
    public uint* Ac;

    /// <summary>The first coefficient of the block. Rows are <see cref="ZigZag.RowStride"/> values apart.</summary>
    public short* Block;

    /// <summary>The last DC value of the component.</summary>
    public int* Predictor;

    /// <summary>The index of the component in the scan.</summary>
    public int Component;

    /// <summary>Whether AC coefficients are skipped. A block that becomes a single sample does not need them.</summary>
    public bool DcOnly;

    /// <summary>Receives the bitwise or of the positions of all AC coefficients that are not zero.</summary>
    public uint Mask;
}

namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>One block of an MCU: how it is decoded, and where to.</summary>
internal unsafe struct BlockPlan
{
    /// <summary>Lookup of the DC table.</summary>
    public uint* Dc;

    /// <summary>Lookup of the AC table.</summary>
    public uint* Ac;

    /// <summary>The first coefficient: rows are <see cref="ZigZag.RowStride"/> apart.</summary>
    public short* Block;

    /// <summary>The last DC value of its component.</summary>
    public int* Predictor;

    /// <summary>The component's place in the scan.</summary>
    public int Component;

    /// <summary>Whether AC coefficients are passed over: a block that becomes one sample needs none.</summary>
    public bool DcOnly;

    /// <summary>Takes the positions of all AC coefficients that are not zero, or-ed.</summary>
    public uint Mask;
}

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The header of a scan (ITU-T T.81, B.2.3) and the layout of its MCUs.</summary>
internal sealed class JpegScan
{
    private const int MaxBlocksPerMcu = 10;

    /// <summary>Gets the components in the order of the scan. Only the first <see cref="ComponentCount"/> are in use.</summary>
    public JpegComponent[] Components { get; } = new JpegComponent[JpegFrame.MaxComponents];

    public int ComponentCount { get; private set; }

    /// <summary>Gets the zigzag index of the first coefficient of the scan.</summary>
    public int SpectralStart { get; private set; }

    /// <summary>Gets the zigzag index of the last coefficient of the scan.</summary>
    public int SpectralEnd { get; private set; }

    /// <summary>Gets the bit position of the previous scan of these coefficients; 0 in their first scan.</summary>
    public int ApproximationHigh { get; private set; }

    /// <summary>Gets the bit position of this scan.</summary>
    public int ApproximationLow { get; private set; }

    /// <summary>Gets a value indicating whether an MCU contains the blocks of several components.</summary>
    public bool Interleaved => ComponentCount > 1;

    /// <summary>Gets the number of MCUs per row.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns>The number of MCUs.</returns>
    public int McuColumns(JpegFrame frame) => Interleaved ? frame.McuColumns : Components[0].WidthInBlocks;

    /// <summary>Gets the number of rows of MCUs of this scan in one row of fully interleaved MCUs.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="mcuRow">The index of the row of fully interleaved MCUs.</param>
    /// <returns>1 if the scan is interleaved; otherwise the number of rows of blocks of its component.</returns>
    public int RowsInMcuRow(JpegFrame frame, int mcuRow)
    {
        if (Interleaved)
        {
            return 1;
        }

        JpegComponent component = Components[0];
        return Math.Min(component.VerticalSampling, component.HeightInBlocks - (mcuRow * component.VerticalSampling));
    }

    /// <summary>Reads the header.</summary>
    /// <param name="input">The input, positioned just after the marker.</param>
    /// <param name="frame">The frame.</param>
    public void Read(JpegInput input, JpegFrame frame)
    {
        int length = input.ReadUInt16();
        int count = input.ReadByte();
        if (count is 0 or > JpegFrame.MaxComponents || length != 6 + (2 * count))
        {
            throw JpegErrors.Malformed($"a scan header of {length} bytes states {count} components");
        }

        ComponentCount = count;
        int blocks = 0;
        for (int i = 0; i < count; i++)
        {
            JpegComponent component = Find(input.ReadByte(), frame, i);
            int selectors = input.ReadByte();
            Components[i] = component;
            component.DcTable = selectors >> 4;
            component.AcTable = selectors & 15;
            blocks += component.HorizontalSampling * component.VerticalSampling;
        }

        if (count > 1 && blocks > MaxBlocksPerMcu)
        {
            throw JpegErrors.Malformed($"an MCU has {blocks} blocks; at most {MaxBlocksPerMcu} are allowed");
        }

        SpectralStart = input.ReadByte();
        SpectralEnd = input.ReadByte();
        int approximation = input.ReadByte();
        ApproximationHigh = approximation >> 4;
        ApproximationLow = approximation & 15;
    }

    /// <summary>Checks the parameters of a progressive scan.</summary>
    /// <exception cref="InvalidImageException">The combination is invalid.</exception>
    public void CheckProgression()
    {
        // A scan has either DC coefficients, of any number of components, or a band of AC coefficients of one component. Each scan after
        // the first one of a band adds exactly one bit.
        bool isDc = SpectralStart == 0;
        bool isValid = isDc
            ? SpectralEnd == 0
            : SpectralStart <= SpectralEnd && SpectralEnd < 64 && ComponentCount == 1;
        isValid &= ApproximationHigh == 0 || ApproximationLow == ApproximationHigh - 1;
        isValid &= ApproximationLow <= 13;
        if (!isValid)
        {
            throw JpegErrors.Malformed(
                $"a progressive scan codes coefficients {SpectralStart} to {SpectralEnd} of {ComponentCount} components " +
                $"from bit {ApproximationHigh} to {ApproximationLow}");
        }
    }

    // Several components may have the same identifier. A scan that names it several times means them one after the other.
    private JpegComponent Find(int id, JpegFrame frame, int before)
    {
        for (int i = 0; i < frame.ComponentCount; i++)
        {
            JpegComponent component = frame.Components[i];
            if (component.Id == id && Array.IndexOf(Components, component, 0, before) < 0)
            {
                return component;
            }
        }

        throw JpegErrors.Malformed($"a scan names component {id}, which is not in the frame or is already in the scan");
    }
}

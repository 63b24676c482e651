namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Tracks the precision that progressive scans have given each coefficient so far, for <see cref="BlockSmoother"/>.</summary>
/// <remarks>Behaves like libjpeg-turbo 2.1.5, including its treatment of scans in an unusual order.</remarks>
internal static class CoefficientProgress
{
    /// <summary>Records a scan that is about to be read.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="number">The number of the scan, starting at 1.</param>
    public static void Record(JpegScan scan, int number)
    {
        foreach (JpegComponent component in scan.Components.AsSpan(0, scan.ComponentCount))
        {
            int[] bits = component.CoefficientBits;
            int last = Math.Max(scan.SpectralEnd, BlockSmoother.SavedCoefficients - 1);
            for (int i = Math.Min(scan.SpectralStart, 1); i <= last; i++)
            {
                component.PreviousCoefficientBits[i] = number > 1 ? bits[i] : 0;
            }

            bits.AsSpan(scan.SpectralStart, scan.SpectralEnd - scan.SpectralStart + 1).Fill(scan.ApproximationLow);
        }
    }
}

namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>Keeps account of how far progressive scans have brought each coefficient, for <see cref="BlockSmoother"/>.</summary>
/// <remarks>Behaves like libjpeg-turbo 2.1.5, its treatment of scans out of order included.</remarks>
internal static class CoefficientProgress
{
    /// <summary>Records a scan that is about to be read.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="number">Its number, from 1.</param>
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

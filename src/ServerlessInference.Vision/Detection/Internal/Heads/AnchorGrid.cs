namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Counts the cells of the grids of a detector. There is one grid per stride, with one cell per stride × stride pixels.</summary>
internal static class AnchorGrid
{
    /// <summary>
    /// The strides of known models: most have three grids, large models a fourth one, models for small objects start at stride 4, and tiny
    /// models have two grids.
    /// </summary>
    private static readonly int[][] KnownStrides = [[8, 16, 32], [8, 16, 32, 64], [4, 8, 16, 32], [16, 32]];

    /// <summary>Gets the strides of YOLOX, which has either the first three or all of them.</summary>
    public static ReadOnlySpan<int> YoloxStrides => KnownStrides[1];

    /// <summary>Gets the number of boxes per cell, if the total number of boxes is that of a detector's grids.</summary>
    /// <param name="boxes">The total number of boxes; negative if it is not known.</param>
    /// <param name="height">The height of the input in pixels; 0 if it is not known.</param>
    /// <param name="width">The width of the input in pixels; 0 if it is not known.</param>
    /// <returns>1 (anchor-free) or 3 (YOLOv5 to v7); 0 if the number does not belong to any known grids.</returns>
    public static int GetBoxesPerCell(long boxes, int height, int width)
    {
        if (boxes <= 0 || height <= 0 || width <= 0)
        {
            return 0;
        }

        foreach (int[] strides in KnownStrides)
        {
            long cells = CountCells(height, width, strides);
            if (boxes == cells || boxes == 3 * cells)
            {
                return boxes == cells ? 1 : 3;
            }
        }

        return 0;
    }

    /// <summary>Gets the number of grids of YOLOX for an input.</summary>
    /// <returns>3 or 4; 0 if the number of boxes does not belong to YOLOX.</returns>
    public static int GetYoloxLevels(long boxes, int height, int width)
    {
        for (int levels = 3; levels <= YoloxStrides.Length; levels++)
        {
            if (boxes > 0 && height > 0 && width > 0 && CountCells(height, width, YoloxStrides[..levels]) == boxes)
            {
                return levels;
            }
        }

        return 0;
    }

    private static long CountCells(int height, int width, ReadOnlySpan<int> strides)
    {
        long cells = 0;
        foreach (int stride in strides)
        {
            cells += (long)((height + stride - 1) / stride) * ((width + stride - 1) / stride);
        }

        return cells;
    }
}

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>Counts the cells of a detector's grids: one grid per stride, one cell per stride × stride pixels of the input.</summary>
internal static class AnchorGrid
{
    /// <summary>Three grids as most have them, a fourth of large models, small-object models that begin at stride 4, and tiny ones with two.</summary>
    private static readonly int[][] UsualStrides = [[8, 16, 32], [8, 16, 32, 64], [4, 8, 16, 32], [16, 32]];

    /// <summary>Gets YOLOX's strides: the first three, or all of them.</summary>
    public static ReadOnlySpan<int> YoloxStrides => UsualStrides[1];

    /// <summary>Tells how many boxes each cell has if a number of boxes is that of a detector's grids.</summary>
    /// <param name="boxes">The number of boxes; below 0 where it is not known.</param>
    /// <param name="height">The input's height in pixels; 0 where it is not known.</param>
    /// <param name="width">The input's width in pixels; 0 where it is not known.</param>
    /// <returns>1 (anchor-free) or 3 (YOLOv5 to v7); 0 where the number is no such grid's.</returns>
    public static int BoxesPerCell(long boxes, int height, int width)
    {
        if (boxes <= 0 || height <= 0 || width <= 0)
        {
            return 0;
        }

        foreach (int[] strides in UsualStrides)
        {
            long cells = Cells(height, width, strides);
            if (boxes == cells || boxes == 3 * cells)
            {
                return boxes == cells ? 1 : 3;
            }
        }

        return 0;
    }

    /// <summary>Tells how many grids YOLOX has for an input.</summary>
    /// <returns>3 or 4; 0 where the number of boxes is not YOLOX's.</returns>
    public static int YoloxLevels(long boxes, int height, int width)
    {
        for (int levels = 3; levels <= YoloxStrides.Length; levels++)
        {
            if (boxes > 0 && height > 0 && width > 0 && Cells(height, width, YoloxStrides[..levels]) == boxes)
            {
                return levels;
            }
        }

        return 0;
    }

    private static long Cells(int height, int width, ReadOnlySpan<int> strides)
    {
        long cells = 0;
        foreach (int stride in strides)
        {
            cells += (long)((height + stride - 1) / stride) * ((width + stride - 1) / stride);
        }

        return cells;
    }
}

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Computes the pixels of macroblocks before they are filtered, in the memory of the row of macroblocks.</summary>
/// <remarks>
/// <para>A macroblock is predicted from the pixels to its left, which are in the same memory, and from those above it. Filtering changes
/// the rows above before they are needed, so the last row of each row of macroblocks is kept separately, with
/// <see cref="Margin"/> more pixels before and after.</para>
/// <para>Outside the image, pixels to the left have the value 129, which the caller puts before each row, and pixels above 127 (RFC 6386,
/// section 12.2). On the right edge the last pixel above is repeated, as in libwebp.</para>
/// </remarks>
internal sealed unsafe class Vp8Reconstruction
{
    /// <summary>The value of pixels to the left of the image.</summary>
    public const byte LeftBorder = 129;

    private const byte TopBorder = 127;
    private const int Margin = 16;
    private const int BlockLength = 16;

    private readonly PinnedBuffer<byte> _above = new();
    private byte* _aboveY;
    private byte* _aboveU;
    private byte* _aboveV;
    private int _columns;
    private bool _hasTop;

    public void BeginImage(int columns)
    {
        _columns = columns;
        long length = (columns * 32L) + (4 * Margin);
        byte* memory = _above.Ensure(length);
        _aboveY = memory + Margin;
        _aboveU = _aboveY + (columns * 16) + Margin;
        _aboveV = _aboveU + (columns * 8) + Margin;
        new Span<byte>(memory, (int)length).Fill(TopBorder);
        _hasTop = false;
    }

    /// <summary>Keeps the last row of a row of macroblocks. It must be called before that row is filtered.</summary>
    /// <param name="y">The last row of brightness.</param>
    /// <param name="u">The last row of the first colour.</param>
    /// <param name="v">The last row of the second colour.</param>
    public void EndRow(byte* y, byte* u, byte* v)
    {
        Keep(y, _aboveY, _columns * 16);
        Keep(u, _aboveU, _columns * 8);
        Keep(v, _aboveV, _columns * 8);
        _hasTop = true;

        static void Keep(byte* row, byte* above, int length)
        {
            new ReadOnlySpan<byte>(row, length).CopyTo(new Span<byte>(above, length));
            above[-1] = LeftBorder;
            new Span<byte>(above + length, 4).Fill(row[length - 1]);
        }
    }

    /// <summary>Reconstructs a macroblock.</summary>
    /// <param name="macroblock">Its modes and coefficients.</param>
    /// <param name="column">Its index in the row.</param>
    /// <param name="y">
    /// Receives 16x16 pixels of brightness. Up to four pixels to the right of the macroblock are changed as well.
    /// </param>
    /// <param name="u">Receives 8x8 pixels of the first colour.</param>
    /// <param name="v">Receives 8x8 pixels of the second colour.</param>
    /// <param name="yStride">The distance from one row of <paramref name="y"/> to the next.</param>
    /// <param name="uvStride">The distance from one row of the colours to the next.</param>
    public void Reconstruct(Vp8Macroblock macroblock, int column, byte* y, byte* u, byte* v, nint yStride, nint uvStride)
    {
        byte* aboveY = _aboveY + (column * 16);
        if (macroblock.IsSplit)
        {
            ReconstructBlocks(macroblock, y, aboveY, yStride);
        }
        else
        {
            Vp8Prediction.Predict16(y, aboveY, yStride, macroblock.YMode, column > 0, _hasTop);
            if (macroblock.HasCoefficients)
            {
                AddBlocks(macroblock.Coefficients, macroblock.Extent, y, yStride);
            }
        }

        Vp8Prediction.Predict8(u, _aboveU + (column * 8), uvStride, macroblock.UvMode, column > 0, _hasTop);
        Vp8Prediction.Predict8(v, _aboveV + (column * 8), uvStride, macroblock.UvMode, column > 0, _hasTop);
        if (macroblock.HasCoefficients)
        {
            AddColor(macroblock.Coefficients + (16 * BlockLength), macroblock.Extent.AsSpan(16, 4), u, uvStride);
            AddColor(macroblock.Coefficients + (20 * BlockLength), macroblock.Extent.AsSpan(20, 4), v, uvStride);
        }
    }

    private static void ReconstructBlocks(Vp8Macroblock macroblock, byte* y, byte* above, nint stride)
    {
        // Each block is predicted from eight pixels above. For blocks on the right edge of the macroblock, the last four of them are those
        // above the next macroblock, also in the lower rows, where the next macroblock does not exist yet and lends its place.
        uint aboveRight = *(uint*)(above + 16);
        for (int row = 3; row < 15; row += 4)
        {
            *(uint*)(y + (row * stride) + 16) = aboveRight;
        }

        for (int i = 0; i < 16; i++)
        {
            int x = (i & 3) * 4;
            byte* block = y + ((i >> 2) * 4 * stride) + x;
            Vp8Prediction.Predict4(block, i < 4 ? above + x : block - stride, stride, macroblock.BlockModes[i]);
            if (macroblock.HasCoefficients)
            {
                AddBlock(macroblock.Coefficients + (i * BlockLength), macroblock.Extent[i], block, stride);
            }
        }
    }

    // Two blocks that are next to each other are transformed at once if both have many coefficients.
    private static void AddBlocks(short* coefficients, byte[] extent, byte* y, nint stride)
    {
        for (int i = 0; i < 16; i += 2)
        {
            byte* block = y + ((i >> 2) * 4 * stride) + ((i & 3) * 4);
            if (extent[i] == Vp8Macroblock.ManyCoefficients && extent[i + 1] == Vp8Macroblock.ManyCoefficients)
            {
                Vp8Transform.Add(coefficients + (i * BlockLength), block, stride, both: true);
            }
            else
            {
                AddBlock(coefficients + (i * BlockLength), extent[i], block, stride);
                AddBlock(coefficients + ((i + 1) * BlockLength), extent[i + 1], block + 4, stride);
            }
        }
    }

    private static void AddBlock(short* coefficients, byte extent, byte* target, nint stride)
    {
        switch (extent)
        {
            case Vp8Macroblock.ManyCoefficients:
                Vp8Transform.Add(coefficients, target, stride, both: false);
                break;
            case Vp8Macroblock.FewCoefficients:
                Vp8Transform.AddFew(coefficients, target, stride);
                break;
            case Vp8Macroblock.OnlyDc:
                Vp8Transform.AddDc(coefficients[0], target, stride);
                break;
        }
    }

    // The four blocks of a colour are transformed as a whole if any of them has more than a DC.
    private static void AddColor(short* coefficients, ReadOnlySpan<byte> extent, byte* target, nint stride)
    {
        byte most = Math.Max(Math.Max(extent[0], extent[1]), Math.Max(extent[2], extent[3]));
        if (most > Vp8Macroblock.OnlyDc)
        {
            Vp8Transform.Add(coefficients, target, stride, both: true);
            Vp8Transform.Add(coefficients + (2 * BlockLength), target + (4 * stride), stride, both: true);
            return;
        }

        for (int i = 0; i < 4; i++)
        {
            AddBlock(coefficients + (i * BlockLength), extent[i], target + ((i >> 1) * 4 * stride) + ((i & 1) * 4), stride);
        }
    }
}

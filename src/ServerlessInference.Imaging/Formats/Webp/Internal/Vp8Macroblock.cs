using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Reads the modes and coefficients of one macroblock after the other. Source: RFC 6386, sections 10, 11 and 13.</summary>
internal sealed unsafe class Vp8Macroblock
{
    /// <summary>The number of 4x4 blocks: 16 of brightness and 4 of each colour.</summary>
    public const int Blocks = 24;

    /// <summary>The values of <see cref="Extent"/> above 0: only the first coefficient, at most three, and more.</summary>
    public const byte OnlyDc = 1, FewCoefficients = 2, ManyCoefficients = 3;

    private const int BlockLength = 16;
    private const int CoefficientCount = (Blocks + 1) * BlockLength;

    /// <summary>Flags of neighbours that have coefficients: 4 for brightness, 2 for each colour, 1 for the DCs of brightness.</summary>
    private const int FlagsPerMacroblock = 9;
    private const int UFlags = 4;
    private const int VFlags = 6;
    private const int DcFlag = 8;

    private readonly PinnedBuffer<short> _coefficients = new();
    private readonly PinnedBuffer<byte> _above = new();
    private readonly byte[] _leftFlags = new byte[FlagsPerMacroblock];
    private readonly Vp8Mode[] _leftModes = new Vp8Mode[4];
    private readonly Vp8FrameHeader _header;
    private byte* _aboveFlags;
    private Vp8Mode* _aboveModes;

    public Vp8Macroblock(Vp8FrameHeader header)
    {
        _header = header;
        Coefficients = _coefficients.Ensure(CoefficientCount);
    }

    /// <summary>Gets the coefficients, 16 per block. They must be zero when a macroblock is read.</summary>
    public short* Coefficients { get; }

    /// <summary>Gets how many coefficients each block has: 0 for none, or one of the constants above.</summary>
    public byte[] Extent { get; } = new byte[Blocks];

    /// <summary>Gets the modes of the 4x4 blocks of brightness, if <see cref="IsSplit"/>.</summary>
    public Vp8Mode[] BlockModes { get; } = new Vp8Mode[16];

    public Vp8Mode YMode { get; private set; }

    public Vp8Mode UvMode { get; private set; }

    /// <summary>Gets a value indicating whether each 4x4 block of brightness has its own mode.</summary>
    public bool IsSplit { get; private set; }

    public int Segment { get; private set; }

    public bool HasCoefficients { get; private set; }

    public void BeginImage(int columns)
    {
        // An image that was rejected leaves coefficients behind.
        new Span<short>(Coefficients, CoefficientCount).Clear();
        int flags = columns * FlagsPerMacroblock;
        byte* memory = _above.Ensure(flags + (columns * 4));
        new Span<byte>(memory, flags + (columns * 4)).Clear();
        _aboveFlags = memory;
        _aboveModes = (Vp8Mode*)(memory + flags);
    }

    public void BeginRow()
    {
        Array.Clear(_leftFlags);
        Array.Clear(_leftModes);
    }

    /// <summary>Reads a macroblock.</summary>
    /// <param name="modes">The first partition.</param>
    /// <param name="modesEnd">Its end.</param>
    /// <param name="tokens">The partition with the coefficients of the row.</param>
    /// <param name="tokensEnd">Its end.</param>
    /// <param name="column">The index of the macroblock in its row.</param>
    public void Read(ref Vp8BoolReader modes, byte* modesEnd, ref Vp8BoolReader tokens, byte* tokensEnd, int column)
    {
        bool skip = ReadModes(ref modes, Vp8BoolReader.GetBulkLimit(modesEnd), column);
        if (modes.HasPassed(modesEnd))
        {
            throw WebpErrors.Truncated("prediction modes");
        }

        if (skip)
        {
            ClearFlags(column);
            HasCoefficients = false;
            return;
        }

        HasCoefficients = ReadCoefficients(ref tokens, Vp8BoolReader.GetBulkLimit(tokensEnd), column);
        if (tokens.HasPassed(tokensEnd))
        {
            throw WebpErrors.Truncated("coefficients");
        }
    }

    /// <summary>Clears the coefficients that the last macroblock had.</summary>
    public void Clear()
    {
        if (HasCoefficients)
        {
            new Span<short>(Coefficients, Blocks * BlockLength).Clear();
        }
    }

    private bool ReadModes(ref Vp8BoolReader reader, byte* limit, int column)
    {
        Segment = _header.HasSegmentMap ? reader.ReadSymbol(Vp8Tables.SegmentTree, _header.SegmentProbabilities, limit) : 0;
        bool skip = _header.CanSkip && reader.Read(_header.SkipProbability, limit);
        Vp8Mode* above = _aboveModes + (4 * column);
        YMode = (Vp8Mode)reader.ReadSymbol(Vp8Tables.YModeTree, Vp8Tables.YModeProbabilities, limit);
        IsSplit = YMode == Vp8Mode.Split;
        if (IsSplit)
        {
            ReadBlockModes(ref reader, limit, above);
        }
        else
        {
            new Span<Vp8Mode>(above, 4).Fill(YMode);
            _leftModes.AsSpan().Fill(YMode);
        }

        UvMode = (Vp8Mode)reader.ReadSymbol(Vp8Tables.UvModeTree, Vp8Tables.UvModeProbabilities, limit);
        return skip;
    }

    private void ReadBlockModes(ref Vp8BoolReader reader, byte* limit, Vp8Mode* above)
    {
        for (int i = 0; i < BlockModes.Length; i++)
        {
            ref Vp8Mode left = ref _leftModes[i >> 2];
            ReadOnlySpan<byte> probabilities = Vp8Tables.GetBlockModeProbabilities(above[i & 3], left);
            left = (Vp8Mode)reader.ReadSymbol(Vp8Tables.BlockModeTree, probabilities, limit);
            above[i & 3] = left;
            BlockModes[i] = left;
        }
    }

    // A skipped macroblock in 4x4 blocks has no block for the DCs, so the flag of the last one that had it remains.
    private void ClearFlags(int column)
    {
        var above = new Span<byte>(_aboveFlags + (column * FlagsPerMacroblock), FlagsPerMacroblock);
        int count = IsSplit ? DcFlag : FlagsPerMacroblock;
        above[..count].Clear();
        _leftFlags.AsSpan(0, count).Clear();
    }

    private bool ReadCoefficients(ref Vp8BoolReader reader, byte* limit, int column)
    {
        ref Vp8Segment segment = ref _header.Segment[Segment];
        byte* above = _aboveFlags + (column * FlagsPerMacroblock);
        int first = 0;
        byte* probabilities = _header.Probabilities + (3 * Vp8FrameHeader.TypeStride);
        if (!IsSplit)
        {
            ReadDcs(ref reader, limit, segment, above);
            first = 1;
            probabilities = _header.Probabilities;
        }

        int any = 0;
        fixed (byte* left = _leftFlags)
        fixed (byte* extent = Extent)
        {
            short* output = Coefficients;
            for (int y = 0; y < 4; y++)
            {
                for (int x = 0; x < 4; x++, output += BlockLength)
                {
                    int count = Vp8Coefficients.Decode(
                        ref reader, limit, probabilities, above[x] + left[y], first, segment.YDc, segment.YAc, output);
                    above[x] = left[y] = (byte)(count > first ? 1 : 0);
                    any |= extent[(y * 4) + x] = GetExtent(count, output[0]);
                }
            }

            probabilities = _header.Probabilities + (2 * Vp8FrameHeader.TypeStride);
            for (int plane = UFlags; plane <= VFlags; plane += VFlags - UFlags)
            {
                byte* planeExtent = extent + 16 + ((plane - UFlags) * 2);
                for (int i = 0; i < 4; i++, output += BlockLength)
                {
                    byte* aboveFlag = above + plane + (i & 1);
                    byte* leftFlag = left + plane + (i >> 1);
                    int count = Vp8Coefficients.Decode(
                        ref reader, limit, probabilities, *aboveFlag + *leftFlag, 0, segment.UvDc, segment.UvAc, output);
                    *aboveFlag = *leftFlag = (byte)(count > 0 ? 1 : 0);
                    any |= planeExtent[i] = GetExtent(count, output[0]);
                }
            }
        }

        return any != 0;
    }

    private void ReadDcs(ref Vp8BoolReader reader, byte* limit, in Vp8Segment segment, byte* above)
    {
        short* dcs = Coefficients + (Blocks * BlockLength);
        byte* probabilities = _header.Probabilities + Vp8FrameHeader.TypeStride;
        int context = above[DcFlag] + _leftFlags[DcFlag];
        int count = Vp8Coefficients.Decode(ref reader, limit, probabilities, context, 0, segment.Y2Dc, segment.Y2Ac, dcs);
        above[DcFlag] = _leftFlags[DcFlag] = (byte)(count > 0 ? 1 : 0);
        if (count > 1)
        {
            Vp8Transform.WalshHadamard(dcs, Coefficients);
        }
        else
        {
            short dc = (short)((dcs[0] + 3) >> 3);
            for (int i = 0; i < 16; i++)
            {
                Coefficients[i * BlockLength] = dc;
            }
        }

        new Span<short>(dcs, BlockLength).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte GetExtent(int count, short dc) =>
        count > 3 ? ManyCoefficients : count > 1 ? FewCoefficients : dc != 0 ? OnlyDc : (byte)0;
}

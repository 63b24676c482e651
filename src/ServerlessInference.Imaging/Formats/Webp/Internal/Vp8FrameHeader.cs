namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>The header of a key frame: everything that applies to the whole image. Source: RFC 6386, sections 9 and 19.2.</summary>
internal sealed unsafe class Vp8FrameHeader
{
    public const int Segments = 4;
    private const int MaxQuantizer = 127;
    private const int MaxUvDcQuantizer = 117;

    /// <summary>The number of positions of a coefficient.</summary>
    private const int Positions = 16;

    /// <summary>The number of probabilities of a position.</summary>
    public const int PositionStride = Vp8Tables.Contexts * Vp8Tables.TokenProbabilities;

    /// <summary>The number of probabilities of a block type.</summary>
    public const int TypeStride = Positions * PositionStride;

    // Section 13.3.
    private static ReadOnlySpan<byte> BandOfPosition => [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7];

    private readonly PinnedBuffer<byte> _probabilities = new();
    private readonly int[] _referenceDeltas = new int[4];
    private readonly int[] _modeDeltas = new int[4];

    public Vp8FrameHeader() => Probabilities = _probabilities.Ensure(Vp8Tables.BlockTypes * TypeStride);

    public Vp8Segment[] Segment { get; } = new Vp8Segment[Segments];

    public byte[] SegmentProbabilities { get; } = new byte[3];

    /// <summary>Gets the probabilities of coefficients, by block type, position, context and node.</summary>
    public byte* Probabilities { get; }

    public bool HasSegmentMap { get; private set; }

    /// <summary>Gets a value indicating whether macroblocks say that they have no coefficients.</summary>
    public bool CanSkip { get; private set; }

    public byte SkipProbability { get; private set; }

    /// <summary>Gets a value indicating whether the filter for simple profiles is used, which leaves the colours alone.</summary>
    public bool SimpleFilter { get; private set; }

    public bool HasFilter { get; private set; }

    public int PartitionCount { get; private set; }

    /// <summary>Reads the header.</summary>
    /// <param name="reader">The first partition.</param>
    /// <param name="end">Its end.</param>
    public void Read(ref Vp8BoolReader reader, byte* end)
    {
        byte* limit = Vp8BoolReader.GetBulkLimit(end);

        // The colour space and the kind of clamping: decoders of WebP ignore both.
        reader.ReadNumber(2, limit);
        bool hasSegments = ReadSegments(ref reader, limit, out bool absolute);
        CheckEnd(reader, end);
        ReadFilter(ref reader, limit, out int level, out int sharpness, out bool hasDeltas);
        CheckEnd(reader, end);
        PartitionCount = 1 << reader.ReadNumber(2, limit);
        ReadQuantizers(ref reader, limit, hasSegments, absolute);

        // Whether the probabilities also apply to later frames: there are none.
        reader.ReadFlag(limit);
        ReadProbabilities(ref reader, limit);
        CanSkip = reader.ReadFlag(limit);
        SkipProbability = (byte)(CanSkip ? reader.ReadNumber(8, limit) : 0);
        SetFilterStrengths(level, sharpness, hasSegments, absolute, hasDeltas);
    }

    private static void CheckEnd(in Vp8BoolReader reader, byte* end)
    {
        if (reader.HasPassed(end))
        {
            throw WebpErrors.Truncated("image header");
        }
    }

    private bool ReadSegments(ref Vp8BoolReader reader, byte* limit, out bool absolute)
    {
        absolute = true;
        HasSegmentMap = false;
        Array.Clear(Segment);
        SegmentProbabilities.AsSpan().Fill(255);
        if (!reader.ReadFlag(limit))
        {
            return false;
        }

        HasSegmentMap = reader.ReadFlag(limit);
        if (reader.ReadFlag(limit))
        {
            absolute = reader.ReadFlag(limit);
            for (int i = 0; i < Segments; i++)
            {
                Segment[i].Quantizer = reader.ReadOptional(7, limit);
            }

            for (int i = 0; i < Segments; i++)
            {
                Segment[i].FilterLevel = reader.ReadOptional(6, limit);
            }
        }

        for (int i = 0; HasSegmentMap && i < SegmentProbabilities.Length; i++)
        {
            SegmentProbabilities[i] = (byte)(reader.ReadFlag(limit) ? reader.ReadNumber(8, limit) : 255);
        }

        return true;
    }

    private void ReadFilter(ref Vp8BoolReader reader, byte* limit, out int level, out int sharpness, out bool hasDeltas)
    {
        SimpleFilter = reader.ReadFlag(limit);
        level = reader.ReadNumber(6, limit);
        HasFilter = level != 0;
        sharpness = reader.ReadNumber(3, limit);
        Array.Clear(_referenceDeltas);
        Array.Clear(_modeDeltas);
        hasDeltas = reader.ReadFlag(limit);
        if (!hasDeltas || !reader.ReadFlag(limit))
        {
            return;
        }

        for (int i = 0; i < _referenceDeltas.Length; i++)
        {
            _referenceDeltas[i] = reader.ReadOptional(6, limit);
        }

        for (int i = 0; i < _modeDeltas.Length; i++)
        {
            _modeDeltas[i] = reader.ReadOptional(6, limit);
        }
    }

    private void ReadQuantizers(ref Vp8BoolReader reader, byte* limit, bool hasSegments, bool absolute)
    {
        int frame = reader.ReadNumber(7, limit);
        int yDc = reader.ReadOptional(4, limit);
        int y2Dc = reader.ReadOptional(4, limit);
        int y2Ac = reader.ReadOptional(4, limit);
        int uvDc = reader.ReadOptional(4, limit);
        int uvAc = reader.ReadOptional(4, limit);
        for (int i = 0; i < Segments; i++)
        {
            ref Vp8Segment segment = ref Segment[i];
            int index = !hasSegments ? frame : absolute ? segment.Quantizer : segment.Quantizer + frame;
            segment.YDc = Dc(index + yDc, MaxQuantizer);
            segment.YAc = Ac(index);
            segment.Y2Dc = Dc(index + y2Dc, MaxQuantizer) * 2;
            segment.Y2Ac = Math.Max(Ac(index + y2Ac) * 155 / 100, 8);
            segment.UvDc = Dc(index + uvDc, MaxUvDcQuantizer);
            segment.UvAc = Ac(index + uvAc);
        }

        static int Dc(int index, int max) => Vp8Tables.DcFactors[Math.Clamp(index, 0, max)];
        static int Ac(int index) => Vp8Tables.AcFactors[Math.Clamp(index, 0, MaxQuantizer)];
    }

    private void ReadProbabilities(ref Vp8BoolReader reader, byte* limit)
    {
        Span<byte> byBand = stackalloc byte[Vp8Tables.CoefficientProbabilities];
        for (int i = 0; i < byBand.Length; i++)
        {
            byBand[i] = reader.Read(Vp8Tables.CoefficientUpdateProbabilities[i], limit)
                ? (byte)reader.ReadNumber(8, limit)
                : Vp8Tables.DefaultCoefficientProbabilities[i];
        }

        // By position instead of band, so that decoding coefficients need not look up the band.
        for (int type = 0; type < Vp8Tables.BlockTypes; type++)
        {
            for (int position = 0; position < Positions; position++)
            {
                int from = ((type * Vp8Tables.Bands) + BandOfPosition[position]) * PositionStride;
                var target = new Span<byte>(Probabilities + (type * TypeStride) + (position * PositionStride), PositionStride);
                byBand.Slice(from, PositionStride).CopyTo(target);
            }
        }
    }

    private void SetFilterStrengths(int frameLevel, int sharpness, bool hasSegments, bool absolute, bool hasDeltas)
    {
        for (int i = 0; i < Segments; i++)
        {
            ref Vp8Segment segment = ref Segment[i];
            int level = !hasSegments ? frameLevel : absolute ? segment.FilterLevel : segment.FilterLevel + frameLevel;

            // Key frames have a single reference, the frame itself, and the first mode delta is for macroblocks in 4x4 blocks.
            int whole = hasDeltas ? level + _referenceDeltas[0] : level;
            int split = hasDeltas ? whole + _modeDeltas[0] : level;
            segment.Whole = Vp8FilterStrength.Create(whole, sharpness);
            segment.Split = Vp8FilterStrength.Create(split, sharpness);
        }
    }
}

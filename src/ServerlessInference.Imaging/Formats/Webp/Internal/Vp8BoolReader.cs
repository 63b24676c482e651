using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Reads bits whose probabilities are known: the arithmetic decoder of VP8. Source: RFC 6386, section 7.</summary>
/// <remarks>
/// <para>The decoder of section 7.3 keeps two bytes of the data and compares the first one with the split of the range. This one keeps up
/// to eight bytes, the next one always in the highest byte, so that data is loaded every seven bytes. Near the end of the data it is loaded
/// byte by byte, so that <see cref="HasPassed"/> becomes true exactly when a bit is read that the data does not have.</para>
/// <para>The struct has four fields, because the compiler keeps a struct of up to four in registers. Therefore the end of the data is a
/// parameter. <see cref="Padding"/> bytes after the data must be readable; what they contain does not matter, because whoever reads them
/// checks <see cref="HasPassed"/> and rejects the image.</para>
/// </remarks>
internal unsafe struct Vp8BoolReader
{
    /// <summary>
    /// The number of readable bytes after the data. One macroblock cannot read more: 400 coefficients of at most 20 bits, each of which
    /// moves the window by at most 7 bits.
    /// </summary>
    public const int Padding = 16 * 1024;

    private const int WindowBits = 64;
    private const int ByteBits = 8;
    private const int TopByte = WindowBits - ByteBits;

    private byte* _at;

    /// <summary>The next bits of the data minus the lower end of the current interval, from the highest bit on.</summary>
    private ulong _window;

    /// <summary>The length of the current interval, 128 to 255.</summary>
    private uint _range;

    /// <summary>The number of valid bits in the window beyond the highest byte; negative if the highest byte is not complete.</summary>
    private int _spare;

    public Vp8BoolReader(byte* data)
    {
        _at = data;
        _range = 255;
        _spare = -ByteBits;
    }

    /// <summary>Gets the last position from which several bytes can be loaded at once.</summary>
    /// <param name="end">The end of the data.</param>
    public static byte* GetBulkLimit(byte* end) => end - sizeof(ulong);

    /// <summary>Determines whether a bit was read that the data does not have.</summary>
    /// <param name="end">The end of the data.</param>
    public readonly bool HasPassed(byte* end) => _at > end;

    /// <summary>Reads a bit.</summary>
    /// <param name="probability">The probability of 0, in 1/256.</param>
    /// <param name="bulkLimit">See <see cref="GetBulkLimit"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Read(uint probability, byte* bulkLimit)
    {
        if (_spare < 0)
        {
            Load(bulkLimit);
        }

        // 1 + ((range - 1) * probability / 256), with fewer steps that wait for the range.
        uint split = ((_range * probability) + (256 - probability)) >> ByteBits;
        ulong boundary = (ulong)split << TopByte;

        // Each case ends by itself, so that the compiler can continue with what the caller does in that case.
        if (_window >= boundary)
        {
            _window -= boundary;
            _range -= split;
            Normalize();
            return true;
        }

        _range = split;
        Normalize();
        return false;
    }

    /// <summary>Reads a bit with even probabilities and returns the value, negated if the bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadSign(int value, byte* bulkLimit)
    {
        if (_spare < 0)
        {
            Load(bulkLimit);
        }

        // Signs cannot be predicted, so masks take the place of the branch.
        uint split = (_range + 1) / 2;
        ulong boundary = (ulong)split << TopByte;
        int sign = _window >= boundary ? -1 : 0;
        _window -= boundary & (ulong)(long)sign;
        _range = split - ((split + split - _range) & (uint)sign);
        Normalize();
        return (value ^ sign) - sign;
    }

    /// <summary>Reads a symbol with a tree. Source: RFC 6386, section 8.1.</summary>
    /// <param name="tree">
    /// Pairs of branches, for 0 and 1: the index of the next pair, or a symbol as a number that is not positive.
    /// </param>
    /// <param name="probabilities">The probability of 0 for each pair.</param>
    /// <param name="bulkLimit">See <see cref="GetBulkLimit"/>.</param>
    public int ReadSymbol(ReadOnlySpan<sbyte> tree, ReadOnlySpan<byte> probabilities, byte* bulkLimit)
    {
        // A local copy, so that the compiler keeps the reader in registers.
        Vp8BoolReader local = this;
        int node = 0;
        do
        {
            node = tree[node + (local.Read(probabilities[node / 2], bulkLimit) ? 1 : 0)];
        }
        while (node > 0);

        this = local;
        return -node;
    }

    /// <summary>Reads a bit with even probabilities.</summary>
    public bool ReadFlag(byte* bulkLimit) => Read(128, bulkLimit);

    /// <summary>Reads a number, its highest bit first.</summary>
    public int ReadNumber(int bits, byte* bulkLimit)
    {
        int value = 0;
        for (int i = 0; i < bits; i++)
        {
            value = (value << 1) | (ReadFlag(bulkLimit) ? 1 : 0);
        }

        return value;
    }

    /// <summary>Reads a number and its sign.</summary>
    public int ReadSigned(int bits, byte* bulkLimit)
    {
        int value = ReadNumber(bits, bulkLimit);
        return ReadFlag(bulkLimit) ? -value : value;
    }

    /// <summary>Reads a flag and, if it is set, a number and its sign.</summary>
    public int ReadOptional(int bits, byte* bulkLimit) => ReadFlag(bulkLimit) ? ReadSigned(bits, bulkLimit) : 0;

    // Doubles the range until it is at least 128, and moves the window by as many bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Normalize()
    {
        int shift = BitOperations.LeadingZeroCount(_range) - (32 - ByteBits);
        _range <<= shift;
        _window <<= shift;
        _spare -= shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Load(byte* bulkLimit)
    {
        int valid = ByteBits + _spare;
        if (_at <= bulkLimit)
        {
            // There is room for seven whole bytes, because at most seven bits are valid.
            ulong next = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(_at)) & ~(ulong)byte.MaxValue;
            _window |= next >> valid;
            _at += 7;
            _spare += 7 * ByteBits;
        }
        else
        {
            _window |= (ulong)*_at++ << (TopByte - valid);
            _spare += ByteBits;
        }
    }
}

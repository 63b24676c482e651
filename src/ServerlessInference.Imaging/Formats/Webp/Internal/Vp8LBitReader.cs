using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Reads bits, the lowest bit of each byte first, as lossless pictures store them.</summary>
/// <remarks>
/// <see cref="Padding"/> bytes after the data must be readable and zero. Reading beyond the end yields zeros; <see cref="HasPassed"/> tells
/// that it happened.
/// </remarks>
internal unsafe struct Vp8LBitReader
{
    public const int Padding = 32;

    /// <summary>The number of bits that are available after <see cref="Refill"/>.</summary>
    public const int RefillBits = 56;

    private const int PastEnd = 8;

    private byte* _at;
    private readonly byte* _limit;
    private ulong _window;
    private int _count;

    public Vp8LBitReader(byte* data, int length)
    {
        _at = data;
        _limit = data + length + PastEnd;
    }

    /// <summary>Gets the next bits, the first one in the lowest position.</summary>
    public readonly ulong Window => _window;

    /// <summary>Gets a value indicating whether more bits were read than the data has.</summary>
    public readonly bool HasPassed => (_at - (_limit - PastEnd)) * 8 > _count;

    /// <summary>Makes at least <see cref="RefillBits"/> bits available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        if (_at < _limit)
        {
            _window |= Unsafe.ReadUnaligned<ulong>(_at) << _count;
            _at += (63 - _count) >> 3;
        }

        _count |= RefillBits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int bits)
    {
        _window >>= bits;
        _count -= bits;
    }

    /// <summary>Reads up to 32 bits.</summary>
    public int Read(int bits)
    {
        Refill();
        return Take(bits);
    }

    /// <summary>Reads bits that are available already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int bits)
    {
        int value = (int)_window & ((1 << bits) - 1);
        Skip(bits);
        return value;
    }

    public bool ReadFlag() => Read(1) != 0;
}

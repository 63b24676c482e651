using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>Gives the entropy-coded bytes of a scan without byte stuffing, a window at a time, and finds its markers.</summary>
/// <remarks>
/// <para>Decoders read <see cref="Cursor"/> without any check while they are within an MCU: behind the window's data lie
/// zeros enough for the longest MCU. Before each MCU they call <see cref="NextMcu"/>.</para>
/// <para>As in libjpeg, a segment that ends too early is read on as zero bits up to the end of the MCU; after it no further
/// MCU is decoded (<see cref="Exhausted"/>) until the next restart marker.</para>
/// </remarks>
internal sealed unsafe class EntropyWindow
{
    // The longest MCU: 10 blocks of 64 coefficients of 32 bits. The cursor looks 8 bytes further.
    private const int Margin = 4096;
    private const int Capacity = 16384;

    // libjpeg reads about as many bytes ahead, and takes a file that lacks them as cut off.
    private const int LookAhead = 7;

    private readonly JpegInput _input;
    private readonly PinnedBuffer<byte> _buffer = new();
    private readonly byte* _window;
    private readonly PinnedBuffer<int> _predictors = new();
    private byte* _end;
    private byte* _checkFrom;
    private bool _complete;
    private int _restartInterval;
    private int _untilRestart;
    private int _nextRestart;

    /// <summary>The reading position; a decoder holds a copy while it decodes an MCU.</summary>
    public BitCursor Cursor;

    public EntropyWindow(JpegInput input)
    {
        _input = input;
        _window = _buffer.Ensure(Capacity + Margin + 64);
        Predictors = _predictors.Ensure(JpegFrame.MaxComponents);
    }

    /// <summary>Gets a value indicating whether more bits were read than the segment has.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>Gets the last row of interleaved MCUs of the last scan for which there was data.</summary>
    public int LastGoodRow { get; private set; }

    /// <summary>Gets the last DC value of each component of the scan.</summary>
    public int* Predictors { get; }

    /// <summary>Gets or sets the blocks that a progressive end-of-band code still covers.</summary>
    public int EndOfBandRun { get; set; }

    /// <summary>Begins to read a scan at the input's position.</summary>
    /// <param name="restartInterval">MCUs from one restart marker to the next; 0 if there are none.</param>
    public void BeginScan(int restartInterval)
    {
        _restartInterval = restartInterval;
        _untilRestart = restartInterval;
        _nextRestart = 0;
        Exhausted = false;
        LastGoodRow = 0;
        BeginSegment();
    }

    /// <summary>Prepares to decode an MCU: reads a restart marker or more data where it is time to.</summary>
    /// <param name="mcuRow">The row of fully interleaved MCUs that the MCU is in.</param>
    /// <returns>Whether there is data; without it the MCU's coefficients stay as they are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextMcu(int mcuRow)
    {
        if (Cursor.Next > _checkFrom)
        {
            Check();
        }

        if (!Exhausted)
        {
            LastGoodRow = mcuRow;
        }

        if (_restartInterval != 0 && _untilRestart-- == 0)
        {
            Restart();
        }

        return !Exhausted;
    }

    /// <summary>Checks, after a scan's last MCU, that a marker or something else follows: else the file was cut off.</summary>
    public void CheckEnd()
    {
        Check();
        if (_complete && _input.PendingMarker == 0 && _end - Cursor.Next + (Cursor.Count / 8) < LookAhead)
        {
            throw JpegErrors.Truncated();
        }
    }

    private void Restart()
    {
        _untilRestart = _restartInterval - 1;
        if (_input.PendingMarker == 0)
        {
            _input.FindMarker();
        }

        RestartMarker.Resynchronize(_input, _nextRestart);
        _nextRestart = (_nextRestart + 1) & 7;
        Exhausted &= _input.PendingMarker != 0;
        BeginSegment();
    }

    // A pending marker makes the segment an empty one.
    private void BeginSegment()
    {
        new Span<int>(Predictors, JpegFrame.MaxComponents).Clear();
        EndOfBandRun = 0;
        _end = _window;
        _complete = _input.PendingMarker != 0;
        Cursor = new BitCursor { Next = _window };
        if (_complete)
        {
            Complete();
        }
        else
        {
            Fill();
        }
    }

    private void Check()
    {
        if (!_complete)
        {
            int rest = (int)(_end - Cursor.Next);
            Buffer.MemoryCopy(Cursor.Next, _window, Capacity, rest);
            Cursor.Next = _window;
            _end = _window + rest;
            Fill();
        }

        if (_complete && ((Cursor.Next - _end) * 8) - Cursor.Count > 0)
        {
            if (_input.PendingMarker == 0)
            {
                throw JpegErrors.Truncated();
            }

            Exhausted = true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill()
    {
        byte* target = _end;
        byte* limit = _window + Capacity - Vector128<byte>.Count;
        ReadOnlySpan<byte> rest = _input.Rest;
        fixed (byte* start = rest)
        {
            byte* source = start;
            byte* sourceEnd = start + rest.Length;
            while (target <= limit)
            {
                if (sourceEnd - source >= Vector128<byte>.Count)
                {
                    Vector128<byte> bytes = Vector128.Load(source);
                    bytes.Store(target);
                    uint markers = Vector128.Equals(bytes, Vector128<byte>.AllBitsSet).ExtractMostSignificantBits();
                    int plain = markers == 0 ? Vector128<byte>.Count : System.Numerics.BitOperations.TrailingZeroCount(markers);
                    source += plain;
                    target += plain;
                    if (markers == 0)
                    {
                        continue;
                    }
                }
                else if (source == sourceEnd)
                {
                    _complete = true;
                    break;
                }
                else if (*source != 0xFF)
                {
                    *target++ = *source++;
                    continue;
                }

                if (!TakeStuffing(ref source, sourceEnd))
                {
                    _complete = true;
                    break;
                }

                *target++ = 0xFF;
            }

            _input.Skip((int)(source - start));
        }

        _end = target;
        if (_complete)
        {
            Complete();
        }
        else
        {
            _checkFrom = _end - Margin;
        }
    }

    private void Complete()
    {
        Unsafe.InitBlockUnaligned(_end, 0, Margin + 32);
        _checkFrom = _end - 8;
    }

    // 0xFF, any number of times, and 0 stand for one 0xFF; anything else is a marker.
    private bool TakeStuffing(ref byte* source, byte* sourceEnd)
    {
        byte* at = source;
        while (at < sourceEnd && *at == 0xFF)
        {
            at++;
        }

        if (at == sourceEnd)
        {
            source = sourceEnd;
            return false;
        }

        source = at + 1;
        if (*at == 0)
        {
            return true;
        }

        _input.PendingMarker = *at;
        return false;
    }
}

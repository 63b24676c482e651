using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>
/// Provides the entropy-coded bytes of a scan, without byte stuffing, one window at a time, and finds the markers in the scan.
/// </summary>
/// <remarks>
/// <para>Within an MCU, decoders read from <see cref="Cursor"/> without any check. Before each MCU they call <see cref="TryBeginMcu"/>,
/// which makes sure that the longest possible MCU cannot run past the readable memory:</para>
/// <code>
/// while the segment goes on:   [ data already read | cursor → data ......... | last Margin bytes ]
///                              The cursor has entered the last Margin bytes: move the rest to the front and fill the window.
/// at the end of the segment:   [ data already read | cursor → data ... end | Margin zero bytes ]
///                              The cursor has passed the end: no further MCU is decoded.
/// </code>
/// <para>As in libjpeg, if a segment ends too early, the current MCU is completed with zero bits. After it no further MCU is decoded
/// (<see cref="Exhausted"/>) until the next restart marker.</para>
/// </remarks>
internal sealed unsafe class EntropyWindow
{
    // The longest MCU has 10 blocks of 64 coefficients with up to 32 bits each, which is 2560 bytes. The cursor reads 8 bytes ahead.
    private const int Margin = 4096;
    private const int Capacity = 16384;

    // libjpeg reads about this many bytes ahead, and reports a file that does not have them as truncated.
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

    /// <summary>The reading position. A decoder works on a local copy while it decodes an MCU.</summary>
    public BitCursor Cursor;

    public EntropyWindow(JpegInput input)
    {
        _input = input;
        _window = _buffer.Ensure(Capacity + Margin + 64);
        Predictors = _predictors.Ensure(JpegFrame.MaxComponents);
    }

    /// <summary>Gets a value indicating whether more bits were read than the segment has.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>Gets the last row of interleaved MCUs for which the last scan had data.</summary>
    public int LastGoodRow { get; private set; }

    /// <summary>Gets the last DC value of each component of the scan.</summary>
    public int* Predictors { get; }

    /// <summary>Gets or sets the number of further blocks that a progressive end-of-band code covers.</summary>
    public int EndOfBandRun { get; set; }

    /// <summary>Starts to read a scan at the position of the input.</summary>
    /// <param name="restartInterval">The number of MCUs between two restart markers; 0 if there are none.</param>
    public void BeginScan(int restartInterval)
    {
        _restartInterval = restartInterval;
        _untilRestart = restartInterval;
        _nextRestart = 0;
        Exhausted = false;
        LastGoodRow = 0;
        BeginSegment();
    }

    /// <summary>Prepares for decoding an MCU. Reads more data or a restart marker if they are due.</summary>
    /// <param name="mcuRow">The row of fully interleaved MCUs to which the MCU belongs.</param>
    /// <returns>
    /// <see langword="true"/> if there is data. Otherwise the MCU must not be decoded, and its coefficients keep their values.
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryBeginMcu(int mcuRow)
    {
        if (Cursor.Next > _checkFrom)
        {
            FillOrDetectEnd();
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

    /// <summary>Checks, after the last MCU of a scan, that a marker or other data follows.</summary>
    /// <exception cref="InvalidImageException">Nothing follows: the file is truncated.</exception>
    public void CheckEnd()
    {
        FillOrDetectEnd();
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

    // If a marker is pending, the segment has no data: the marker was found where its data should start.
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

    private void FillOrDetectEnd()
    {
        if (!_complete)
        {
            // The part of the window that has not been read yet moves to the front.
            int rest = (int)(_end - Cursor.Next);
            Buffer.MemoryCopy(Cursor.Next, _window, Capacity, rest);
            Cursor.Next = _window;
            _end = _window + rest;
            Fill();
        }

        // The bits that the cursor has loaded but not consumed do not count. If it is still past the end, it has consumed zero bits that
        // are not part of the segment. If the file also ends there, instead of going on with a marker, it is truncated.
        if (_complete && ((Cursor.Next - _end) * 8) - Cursor.Count > 0)
        {
            if (_input.PendingMarker == 0)
            {
                throw JpegErrors.Truncated();
            }

            Exhausted = true;
        }
    }

    // Copies bytes and removes the stuffing: in entropy-coded data 0xFF is followed by 0, unless it starts a marker, which ends the
    // segment. 16 bytes are stored at once and then only those before the first 0xFF are counted; the next store overwrites the others.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill()
    {
        byte* target = _end;
        byte* limit = _window + Capacity - Vector128<byte>.Count;
        ReadOnlySpan<byte> rest = _input.Remaining;
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

                if (!TrySkipStuffing(ref source, sourceEnd))
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

    // Any number of 0xFF followed by 0 encodes a single 0xFF. Any number of 0xFF followed by another byte is a marker.
    private bool TrySkipStuffing(ref byte* source, byte* sourceEnd)
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

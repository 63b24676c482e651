namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Normalized text in well-formed UTF-16: each unit has the range of the original text that it was made of.</summary>
/// <remarks>A growing buffer that one thread reuses.</remarks>
internal sealed class AlignedText
{
    private char[] _units = new char[256];
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];

    /// <summary>Gets the number of units.</summary>
    internal int Count { get; private set; }

    /// <summary>Gets where the piece of the original text starts that was normalized.</summary>
    internal int Origin { get; private set; }

    internal ReadOnlySpan<char> Units => _units.AsSpan(0, Count);

    internal ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    internal ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>Empties the text.</summary>
    internal void Reset(int origin)
    {
        Count = 0;
        Origin = origin;
    }

    /// <summary>Replaces the content with original text.</summary>
    internal void SetOriginal(ReadOnlySpan<char> text, int origin)
    {
        Reset(origin);
        AddOriginal(text, origin);
    }

    /// <summary>Appends original text. A lone surrogate becomes U+FFFD, as in a conversion to UTF-8.</summary>
    internal void AddOriginal(ReadOnlySpan<char> text, int origin)
    {
        Reserve(Count + text.Length);
        Span<char> units = _units.AsSpan(Count, text.Length);
        Span<int> starts = _starts.AsSpan(Count, text.Length);
        Span<int> ends = _ends.AsSpan(Count, text.Length);
        text.CopyTo(units);
        Count += text.Length;
        FillSequence(starts, origin);
        FillSequence(ends, origin + 1);
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                ends[i]++;
                starts[i + 1] = origin + i;
                ends[i + 1] = origin + i + 2;
                i++;
            }
            else
            {
                units[i] = '\uFFFD';
            }
        }
    }

    /// <summary>Writes consecutive numbers.</summary>
    private static void FillSequence(Span<int> target, int first)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = first + i;
        }
    }

    internal void Add(int codePoint, int start, int end)
    {
        Reserve(Count + 2);
        if (codePoint < 0x10000)
        {
            Set((char)codePoint, start, end);
        }
        else
        {
            Set((char)(0xD7C0 + (codePoint >> 10)), start, end);
            Set((char)(0xDC00 | (codePoint & 0x3FF)), start, end);
        }
    }

    /// <summary>Appends a part of another text with its ranges.</summary>
    internal void Add(AlignedText other, int start, int end) =>
        Add(other._units.AsSpan(start, end - start), other._starts.AsSpan(start, end - start), other._ends.AsSpan(start, end - start));

    internal void Add(ReadOnlySpan<char> units, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends)
    {
        Reserve(Count + units.Length);
        units.CopyTo(_units.AsSpan(Count));
        starts.CopyTo(_starts.AsSpan(Count));
        ends.CopyTo(_ends.AsSpan(Count));
        Count += units.Length;
    }

    /// <summary>Appends units that all have the same range.</summary>
    internal void Add(ReadOnlySpan<char> units, int start, int end)
    {
        Reserve(Count + units.Length);
        units.CopyTo(_units.AsSpan(Count));
        _starts.AsSpan(Count, units.Length).Fill(start);
        _ends.AsSpan(Count, units.Length).Fill(end);
        Count += units.Length;
    }

    /// <summary>Replaces a character from an index on.</summary>
    internal void Replace(int from, char old, char replacement) => _units.AsSpan(from, Count - from).Replace(old, replacement);

    /// <summary>Releases the memory of an unusually long text.</summary>
    internal void Trim(int keep)
    {
        if (_units.Length > keep)
        {
            _units = new char[256];
            _starts = new int[256];
            _ends = new int[256];
            Count = 0;
        }
    }

    private void Set(char unit, int start, int end)
    {
        _units[Count] = unit;
        _starts[Count] = start;
        _ends[Count] = end;
        Count++;
    }

    private void Reserve(int capacity)
    {
        if (_units.Length < capacity)
        {
            int size = Math.Max(capacity, checked(_units.Length * 2));
            Array.Resize(ref _units, size);
            Array.Resize(ref _starts, size);
            Array.Resize(ref _ends, size);
        }
    }
}

using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>A run of combining characters after a starter, which is put into canonical order.</summary>
/// <remarks>Not thread-safe; the buffers are reused. Uses a counting sort, so that a run of any length takes linear time.</remarks>
internal sealed class CombiningRun
{
    private Mark[] _marks = new Mark[4];
    private Mark[] _ordered = new Mark[4];
    private (int Start, int End) _starter;

    internal int Count { get; private set; }

    internal bool IsEmpty => Count == 0;

    /// <summary>Gets whether any character of the run remains once nonspacing marks are removed.</summary>
    internal bool HasSurvivors { get; private set; }

    internal void SetStarter(int start, int end) => _starter = (start, end);

    internal void Clear()
    {
        Count = 0;
        HasSurvivors = false;
    }

    internal void Add(int codePoint, int start, int end, bool isFirst, bool survives)
    {
        if (Count == _marks.Length)
        {
            Array.Resize(ref _marks, checked(Count * 2));
        }

        _marks[Count++] = new Mark(codePoint, start, end, isFirst, survives);
        HasSurvivors |= survives;
    }

    /// <summary>Sorts by combining class, stably, and assigns source ranges by position.</summary>
    internal void Order()
    {
        if (_ordered.Length < Count)
        {
            _ordered = new Mark[_marks.Length];
        }

        Span<int> next = stackalloc int[257];
        next.Clear();
        for (int i = 0; i < Count; i++)
        {
            next[CodePoints.CombiningClass(_marks[i].CodePoint) + 1]++;
        }

        for (int i = 1; i < next.Length; i++)
        {
            next[i] += next[i - 1];
        }

        for (int i = 0; i < Count; i++)
        {
            _ordered[next[CodePoints.CombiningClass(_marks[i].CodePoint)]++] = _marks[i];
        }

        // As in Hugging Face's tokenizer, ranges do not move with their characters: the k-th character in the new order gets the range
        // that the k-th character had, and the further parts of a decomposition get the range of the part before them.
        (int Start, int End) range = _starter;
        int source = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_ordered[i].IsFirst)
            {
                while (!_marks[source].IsFirst)
                {
                    source++;
                }

                range = (_marks[source].Start, _marks[source].End);
                source++;
            }

            _ordered[i] = _ordered[i] with { Start = range.Start, End = range.End };
        }
    }

    internal bool TryGetSurvivor(int index, out int codePoint, out int start, out int end)
    {
        ref readonly Mark mark = ref _ordered[index];
        (codePoint, start, end) = (mark.CodePoint, mark.Start, mark.End);
        return mark.Survives;
    }

    private readonly record struct Mark(int CodePoint, int Start, int End, bool IsFirst, bool Survives);
}

namespace ServerlessInference.Tokenizers.Models;

/// <summary>The symbols of a word, and a priority queue of the merges that are possible: the earliest merge first, and of those of the
/// same rank the leftmost.</summary>
/// <remarks>Takes n log n time for n symbols. Merges that have become impossible stay in the queue and are skipped when they come up, with
/// the very conditions of the original, because which of them count depends on these conditions.</remarks>
internal sealed class MergeQueue
{
    private Symbol[] _symbols = new Symbol[64];
    private Candidate[] _heap = new Candidate[64];
    private int _queued;

    internal int Count { get; private set; }

    internal ReadOnlySpan<Symbol> Symbols => _symbols.AsSpan(0, Count);

    internal void Clear()
    {
        Count = 0;
        _queued = 0;
    }

    internal void Add(int id, int length)
    {
        if (Count == _symbols.Length)
        {
            Array.Resize(ref _symbols, checked(Count * 2));
        }

        _symbols[Count] = new Symbol { Id = id, Length = length, Previous = Count - 1, Next = -1 };
        if (Count > 0)
        {
            _symbols[Count - 1].Next = Count;
        }

        Count++;
    }

    /// <summary>Merges as long as merges are possible. Symbols that were merged into others have the length 0.</summary>
    internal void MergeAll(MergeTable merges)
    {
        for (int i = 0; i + 1 < Count; i++)
        {
            Enqueue(i, i + 1, merges);
        }

        while (_queued > 0)
        {
            Candidate top = Dequeue();
            ref Symbol left = ref _symbols[top.Position];
            if (left.Length == 0 || left.Next < 0)
            {
                continue;
            }

            ref Symbol right = ref _symbols[left.Next];
            if (!merges.TryFind(left.Id, right.Id, out _, out int result) || result != top.Result)
            {
                continue;
            }

            left.Id = top.Result;
            left.Length += right.Length;
            right.Length = 0;
            left.Next = right.Next;
            if (left.Next >= 0)
            {
                _symbols[left.Next].Previous = top.Position;
                Enqueue(top.Position, left.Next, merges);
            }

            if (left.Previous >= 0)
            {
                Enqueue(left.Previous, top.Position, merges);
            }
        }
    }

    /// <summary>Releases the memory of an unusually long word.</summary>
    internal void Trim(int keep)
    {
        if (_symbols.Length > keep || _heap.Length > keep)
        {
            _symbols = new Symbol[64];
            _heap = new Candidate[64];
            Clear();
        }
    }

    private void Enqueue(int position, int next, MergeTable merges)
    {
        if (!merges.TryFind(_symbols[position].Id, _symbols[next].Id, out int rank, out int result))
        {
            return;
        }

        if (_queued == _heap.Length)
        {
            Array.Resize(ref _heap, checked(_queued * 2));
        }

        var added = new Candidate(((ulong)(uint)rank << 32) | (uint)position, result);
        int at = _queued++;
        while (at > 0)
        {
            int parent = (at - 1) >> 1;
            if (_heap[parent].Order <= added.Order)
            {
                break;
            }

            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = added;
    }

    private Candidate Dequeue()
    {
        Candidate top = _heap[0];
        Candidate last = _heap[--_queued];
        int at = 0;
        while (true)
        {
            int child = (at * 2) + 1;
            if (child >= _queued)
            {
                break;
            }

            child += child + 1 < _queued && _heap[child + 1].Order < _heap[child].Order ? 1 : 0;
            if (last.Order <= _heap[child].Order)
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return top;
    }

    /// <summary>A token of the word, or a part that was merged into the one before it.</summary>
    internal struct Symbol
    {
        internal int Id;
        internal int Length;
        internal int Previous;
        internal int Next;
    }

    private readonly record struct Candidate(ulong Order, int Result)
    {
        internal int Position => (int)(Order & uint.MaxValue);
    }
}

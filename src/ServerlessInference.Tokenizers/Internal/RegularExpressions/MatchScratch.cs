namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>The working memory of the regular-expression matcher: its stack, and what it knows to fail.</summary>
/// <remarks>A backtracking matcher can take exponential time. Once it has backtracked unusually often, it therefore remembers from which
/// branches at which positions no match is reachable. That does not depend on how it got there, so that it stays true for the rest of the
/// text, and the time becomes linear.</remarks>
internal sealed class MatchScratch
{
    private const int FreeSteps = 4096;
    private const int MaxKeptLength = 1 << 16;

    private int[] _stack = new int[192];
    private int _used;
    private ulong[] _failed = [];
    private long _steps;
    private int _width;

    /// <summary>Gets whether failures are being remembered.</summary>
    internal bool Remembers { get; private set; }

    internal int Depth => _used;

    /// <summary>Forgets what is known about the text before.</summary>
    internal void Start()
    {
        Remembers = false;
        _steps = 0;
        _used = 0;
        if (_stack.Length > MaxKeptLength)
        {
            _stack = new int[192];
        }

        if (_failed.Length > MaxKeptLength)
        {
            _failed = [];
        }
    }

    internal void Push(int first, int second, int third)
    {
        if (_used + 3 > _stack.Length)
        {
            Array.Resize(ref _stack, checked(_stack.Length * 2));
        }

        _stack[_used++] = first;
        _stack[_used++] = second;
        _stack[_used++] = third;
    }

    internal void Pop(out int first, out int second, out int third)
    {
        third = _stack[--_used];
        second = _stack[--_used];
        first = _stack[--_used];
    }

    /// <summary>Drops everything above a depth.</summary>
    internal void Cut(int depth) => _used = depth;

    /// <summary>Counts a step, and starts to remember if there were many for the part of the text that has been searched.</summary>
    internal void Count(int position, int branches, int length)
    {
        if (++_steps > FreeSteps + (32L * position) && !Remembers)
        {
            _width = length + 1;
            long words = (((long)branches * _width) + 63) / 64;
            if (_failed.Length < words)
            {
                _failed = new ulong[words];
            }
            else
            {
                _failed.AsSpan(0, (int)words).Clear();
            }

            Remembers = true;
        }
    }

    internal bool HasFailed(int branch, int position)
    {
        long bit = ((long)branch * _width) + position;
        return (_failed[bit >> 6] & (1UL << (int)(bit & 63))) != 0;
    }

    internal void SetFailed(int branch, int position)
    {
        long bit = ((long)branch * _width) + position;
        _failed[bit >> 6] |= 1UL << (int)(bit & 63);
    }
}

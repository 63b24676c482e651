namespace ServerlessInference.Tokenizers.Models;

/// <summary>The best path to each position of a word, for Viterbi's algorithm.</summary>
internal sealed class BestPaths
{
    private double[] _scores = new double[64];
    private int[] _starts = new int[64];
    private int[] _ids = new int[64];

    internal double GetScore(int end) => _scores[end];

    internal int GetStart(int end) => _starts[end];

    internal int GetId(int end) => _ids[end];

    internal void Start(int length)
    {
        if (_scores.Length <= length)
        {
            int size = Math.Max(length + 1, checked(_scores.Length * 2));
            _scores = new double[size];
            _starts = new int[size];
            _ids = new int[size];
        }

        _starts.AsSpan(0, length + 1).Fill(-1);
        _scores[0] = 0;
    }

    /// <summary>Takes a path if it is the first to its end, or better than the one so far.</summary>
    internal void Offer(int start, int end, int id, double score)
    {
        if (_starts[end] < 0 || score > _scores[end])
        {
            _scores[end] = score;
            _starts[end] = start;
            _ids[end] = id;
        }
    }

    /// <summary>Reverses the path to the end, so that each start tells its end.</summary>
    internal void Reverse(int end)
    {
        int next = end;
        int id = _ids[end];
        while (next > 0)
        {
            int start = _starts[next];
            int previous = _ids[start];
            _ids[start] = id;
            id = previous;
            _scores[start] = next;
            next = start;
        }
    }

    /// <summary>Releases the memory of an unusually long word.</summary>
    internal void Trim(int keep)
    {
        if (_scores.Length > keep)
        {
            _scores = new double[64];
            _starts = new int[64];
            _ids = new int[64];
        }
    }
}

namespace ServerlessInference.Vision.Imaging.Resizing.Internal;

/// <summary>For a run of results along one axis: which source samples each is made of, and how they are weighed.</summary>
/// <remarks>
/// <para>Weights are fixed-point with <see cref="PrecisionBits"/> fraction bits: computed and normalised in double, then rounded half away
/// from zero, as Pillow 9.4 does for 8-bit images. Kept between images and recomputed only where the sizes change.</para>
/// <para>Each result has <see cref="Taps"/> weights, those beyond its own count zero. Not thread-safe.</para>
/// </remarks>
internal sealed class AxisWeights
{
    /// <summary>32 bits less 8 for the sample and 2 for overshoot.</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    /// <summary>Half a unit in the last place of a sum of products.</summary>
    public const int Round = 1 << (PrecisionBits - 1);

    /// <summary>The bits of a weight's low part, where it is split so that both parts fit 16-bit products.</summary>
    public const int LowBits = 12;

    private double[] _scratch = [];
    private int[] _starts = [];
    private int[] _counts = [];
    private int[] _weights = [];
    private (int Source, int Target, int First, int Count, ResizeFilter Filter) _key;

    /// <summary>Weights per result; the same for all.</summary>
    public int Taps { get; private set; }

    /// <summary>Results for which there are weights.</summary>
    public int Count => _key.Count;

    /// <summary>The first source sample of each result.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>How many source samples each result is made of.</summary>
    public ReadOnlySpan<int> Counts => _counts.AsSpan(0, Count);

    /// <summary><see cref="Taps"/> weights for each result.</summary>
    public ReadOnlySpan<int> Weights => _weights.AsSpan(0, Count * Taps);

    /// <summary>Computes the weights of results <paramref name="first"/> and following.</summary>
    /// <param name="source">Samples of the source.</param>
    /// <param name="target">Samples of the whole result, of which only a run may be wanted.</param>
    /// <param name="first">The first wanted result.</param>
    /// <param name="count">The number of wanted results.</param>
    /// <param name="filter">A filter with a kernel.</param>
    /// <returns>Whether anything changed since the last call.</returns>
    public bool Prepare(int source, int target, int first, int count, ResizeFilter filter)
    {
        var key = (source, target, first, count, filter);
        if (key == _key)
        {
            return false;
        }

        _key = default;
        double scale = (double)source / target;
        double filterScale = Math.Max(scale, 1.0);
        double support = PillowFilter.Support(filter) * filterScale;
        int taps = Math.Min(((int)Math.Ceiling(support) * 2) + 1, source);
        long weights = (long)taps * count;
        if (weights > Array.MaxLength)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge, $"Resizing {source} to {target} pixels would need {weights} weights. Send a smaller image.");
        }

        Grow(ref _starts, count);
        Grow(ref _counts, count);
        Grow(ref _weights, (int)weights);
        if (_scratch.Length < taps)
        {
            _scratch = new double[taps];
        }

        int most = 0;
        for (int i = 0; i < count; i++)
        {
            double center = (first + i + 0.5) * scale;
            int start = Math.Max((int)(center - support + 0.5), 0);
            int end = Math.Min((int)(center + support + 0.5), source);
            _starts[i] = start;
            _counts[i] = end - start;
            most = Math.Max(most, end - start);
            Fill(_weights.AsSpan(i * taps, taps), start, end - start, center, 1.0 / filterScale, filter);
        }

        Taps = most;
        Compact(taps, most, count);
        _key = key;
        return true;
    }

    private void Fill(Span<int> weights, int start, int count, double center, double inverseScale, ResizeFilter filter)
    {
        double total = 0.0;
        for (int i = 0; i < count; i++)
        {
            double weight = PillowFilter.Evaluate(filter, (i + start - center + 0.5) * inverseScale);
            _scratch[i] = weight;
            total += weight;
        }

        for (int i = 0; i < count; i++)
        {
            double weight = total != 0.0 ? _scratch[i] / total : _scratch[i];
            weights[i] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PrecisionBits)));
        }

        weights[count..].Clear();
    }

    // The kernel's width is an upper bound: often one tap fewer suffices for every result.
    private void Compact(int from, int to, int count)
    {
        if (from == to)
        {
            return;
        }

        for (int i = 1; i < count; i++)
        {
            _weights.AsSpan(i * from, to).CopyTo(_weights.AsSpan(i * to));
        }
    }

    private static void Grow(ref int[] array, int length)
    {
        if (array.Length < length)
        {
            array = new int[length];
        }
    }
}

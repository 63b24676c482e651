namespace ServerlessInference.Imaging.Processing;

/// <summary>The source samples and their weights for consecutive results along one axis.</summary>
/// <remarks>
/// <para>Weights are fixed-point numbers with <see cref="PrecisionBits"/> fraction bits. They are computed and normalised in double, then
/// rounded half away from zero, as Pillow 9.4 does for 8-bit images. They are kept between images and recomputed only if the sizes
/// change.</para>
/// <para>Every result has <see cref="Taps"/> weights; those beyond its own count are zero. Not thread-safe.</para>
/// </remarks>
internal sealed class AxisWeights
{
    /// <summary>
    /// The number of fraction bits: a 32-bit sum minus 8 bits for the sample and 2 bits for overshoot, since filters with negative weights
    /// may give sums outside 0 to 255.
    /// </summary>
    public const int PrecisionBits = 32 - 8 - 2;

    /// <summary>One half in fixed-point. Every sum starts with it, so that the final shift rounds instead of truncating.</summary>
    public const int Round = 1 << (PrecisionBits - 1);

    /// <summary>
    /// The number of bits in the low part of a weight. Vector code splits weights in two, because the instruction that multiplies and adds
    /// pairs takes 16-bit operands and a weight has up to 23 bits and a sign.
    /// </summary>
    public const int LowBits = 12;

    private double[] _scratch = [];
    private int[] _starts = [];
    private int[] _counts = [];
    private int[] _weights = [];
    private (int Source, int Target, int First, int Count, ResizeFilter Filter) _key;

    /// <summary>Gets the number of weights per result, which is the same for all results.</summary>
    public int Taps { get; private set; }

    /// <summary>Gets the number of results.</summary>
    public int Count => _key.Count;

    /// <summary>Gets the index of the first source sample of each result.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>Gets the number of source samples of each result.</summary>
    public ReadOnlySpan<int> Counts => _counts.AsSpan(0, Count);

    /// <summary>Gets the weights: <see cref="Taps"/> for each result.</summary>
    public ReadOnlySpan<int> Weights => _weights.AsSpan(0, Count * Taps);

    /// <summary>Computes the weights of <paramref name="count"/> results from <paramref name="first"/> on.</summary>
    /// <param name="source">The number of source samples.</param>
    /// <param name="target">The length of the whole result, of which only a part may be needed.</param>
    /// <param name="first">The index of the first result that is needed.</param>
    /// <param name="count">The number of results that are needed.</param>
    /// <param name="filter">The filter, which must have a kernel.</param>
    /// <returns><see langword="true"/> if the weights differ from those of the last call.</returns>
    public bool Prepare(int source, int target, int first, int count, ResizeFilter filter)
    {
        var key = (source, target, first, count, filter);
        if (key == _key)
        {
            return false;
        }

        // The key stays invalid until all arrays are filled, in case an exception interrupts that.
        _key = default;

        // When an image is scaled down, the kernel is widened by the scale, so that every source sample contributes (antialiasing).
        double scale = (double)source / target;
        double filterScale = Math.Max(scale, 1.0);
        double support = PillowFilter.Support(filter) * filterScale;
        int taps = Math.Min(((int)Math.Ceiling(support) * 2) + 1, source);
        long weights = (long)taps * count;
        if (weights > Array.MaxLength)
        {
            throw new InvalidImageException(
                InvalidImageKind.TooLarge, $"Resizing {source} to {target} pixels requires {weights} weights. Send a smaller image.");
        }

        Grow(ref _starts, count);
        Grow(ref _counts, count);
        Grow(ref _weights, (int)weights);
        if (_scratch.Length < taps)
        {
            _scratch = new double[taps];
        }

        int maxTaps = 0;
        for (int i = 0; i < count; i++)
        {
            double center = (first + i + 0.5) * scale;
            int start = Math.Max((int)(center - support + 0.5), 0);
            int end = Math.Min((int)(center + support + 0.5), source);
            _starts[i] = start;
            _counts[i] = end - start;
            maxTaps = Math.Max(maxTaps, end - start);
            Fill(_weights.AsSpan(i * taps, taps), start, end - start, center, 1.0 / filterScale, filter);
        }

        Taps = maxTaps;
        Compact(taps, maxTaps, count);
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
            // Adding half a unit before the truncating cast rounds half away from zero.
            double weight = total != 0.0 ? _scratch[i] / total : _scratch[i];
            weights[i] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PrecisionBits)));
        }

        weights[count..].Clear();
    }

    // The width of the kernel is an upper bound of the taps. Often every result has at least one fewer, so the weights are moved together.
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

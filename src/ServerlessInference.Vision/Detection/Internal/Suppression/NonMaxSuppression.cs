using System.Runtime.CompilerServices;

namespace ServerlessInference.Vision.Detection.Suppression;

/// <summary>
/// Greedy non-maximum suppression: in descending order of score, each box is kept unless a box of its class that was kept before overlaps
/// it by more than a threshold.
/// </summary>
/// <remarks>
/// <para>The kept boxes and their order equal those of torchvision's <c>batched_nms</c>, and of OpenCV's <c>NMSBoxes</c> called per class.
/// Boxes with equal scores are in the order of the output. Suppression stops as soon as enough boxes are kept, so its time is bounded by
/// <see cref="SuppressionSettings.MaxCandidates"/> × <see cref="SuppressionSettings.MaxDetections"/> comparisons.</para>
/// <para>Working memory grows as needed and is reused. Not thread-safe: use one instance per batch.</para>
/// </remarks>
internal sealed class NonMaxSuppression
{
    private static readonly Comparison<ulong> Ascending = static (left, right) => left.CompareTo(right);

    private readonly KeptBoxes _kept = new();
    private ulong[] _order = [];

    /// <summary>Suppresses overlapping boxes.</summary>
    /// <param name="candidates">The boxes. Their scores are above 0 and finite.</param>
    /// <param name="settings">Thresholds and limits.</param>
    /// <returns>The indices of the kept boxes in descending order of score, valid until the next call.</returns>
    public ReadOnlySpan<int> Run(ReadOnlySpan<Candidate> candidates, in SuppressionSettings settings)
    {
        _kept.Clear();
        ReadOnlySpan<ulong> order = Sort(candidates);
        order = order[..Math.Min(order.Length, settings.MaxCandidates)];
        foreach (ulong key in order)
        {
            int index = (int)(uint)key;
            ref readonly Candidate candidate = ref candidates[index];
            int group = settings.ClassAgnostic ? 0 : candidate.Class;
            if (settings.IouThreshold is { } threshold && _kept.AnyOverlaps(candidate, group, threshold))
            {
                continue;
            }

            _kept.Add(candidate, group, index);
            if (_kept.Count == settings.MaxDetections)
            {
                break;
            }
        }

        return _kept.Candidates;
    }

    // Sorts by descending score and, for equal scores, by ascending index, without a comparison function. The bits of a positive float,
    // read as an integer, have the same order as the floats. The inverted bits in the upper half of a 64-bit key sort scores in
    // descending order; the index in the lower half decides ties and is read back from the key afterwards.
    private Span<ulong> Sort(ReadOnlySpan<Candidate> candidates)
    {
        if (_order.Length < candidates.Length)
        {
            _order = new ulong[Math.Max(candidates.Length, _order.Length * 2)];
        }

        Span<ulong> order = _order.AsSpan(0, candidates.Length);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = ((ulong)~BitConverter.SingleToUInt32Bits(candidates[i].Score) << 32) | (uint)i;
        }

        // In a native program, Sort without a comparison creates a delegate of 48 bytes each time. Compiled at run time, it compares the
        // keys directly, which is faster than through a delegate.
        if (RuntimeFeature.IsDynamicCodeCompiled)
        {
            order.Sort();
        }
        else
        {
            order.Sort(Ascending);
        }

        return order;
    }
}

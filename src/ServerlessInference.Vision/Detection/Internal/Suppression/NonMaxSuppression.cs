namespace ServerlessInference.Vision.Detection.Internal.Suppression;

/// <summary>Greedy suppression: by falling score, a box is kept unless a kept box of its class overlaps it too much.</summary>
/// <remarks>
/// <para>The kept boxes and their order are those of torchvision's <c>batched_nms</c> and of OpenCV's <c>NMSBoxes</c> class by class; of equal
/// scores the box that came first in the output goes first. It ends as soon as enough boxes are kept, so that time is bounded by
/// candidates × most detections.</para>
/// <para>Memory grows as needed and is kept. Not thread-safe: one per batch.</para>
/// </remarks>
internal sealed class NonMaxSuppression
{
    private readonly KeptBoxes _kept = new();
    private ulong[] _order = [];

    /// <summary>Suppresses.</summary>
    /// <param name="candidates">The boxes; scores are above 0 and finite.</param>
    /// <param name="settings">Thresholds and limits.</param>
    /// <returns>The kept boxes' indices by falling score; valid until the next call.</returns>
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

    // A positive float's bits rise with its value: turned over, with the index below them, one number sorts by both.
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

        order.Sort();
        return order;
    }
}

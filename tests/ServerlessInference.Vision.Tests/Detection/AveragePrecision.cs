namespace ServerlessInference.Vision.Tests.Detection;

/// <summary>
/// Average precision of one class, as COCO defines it: the mean over 101 recalls of the best precision at that recall or above.
/// </summary>
internal static class AveragePrecision
{
    private const int Recalls = 101;

    public static double Of(
        string label,
        IReadOnlyList<IReadOnlyList<DetectedObject>> found,
        IReadOnlyList<IReadOnlyList<DetectedObject>> truth,
        double overlap)
    {
        var hits = new List<(float Score, bool Hit)>();
        int total = 0;
        for (int i = 0; i < found.Count; i++)
        {
            List<DetectedObject> open = [.. truth[i].Where(item => item.Label == label)];
            total += open.Count;
            foreach (DetectedObject item in found[i].Where(item => item.Label == label))
            {
                DetectedObject? best = open.MaxBy(wanted => Overlap(item.Box, wanted.Box));
                bool hit = best is not null && Overlap(item.Box, best.Box) >= overlap;
                if (hit)
                {
                    open.Remove(best!);
                }

                hits.Add((item.Score, hit));
            }
        }

        hits.Sort(static (a, b) => b.Score.CompareTo(a.Score));
        double[] best101 = new double[Recalls];
        int right = 0;
        for (int i = 0; i < hits.Count; i++)
        {
            right += hits[i].Hit ? 1 : 0;
            for (int k = 0; k < Recalls && k * total <= right * (Recalls - 1); k++)
            {
                best101[k] = Math.Max(best101[k], right / (i + 1.0));
            }
        }

        return best101.Average();
    }

    /// <summary>Intersection over union.</summary>
    public static double Overlap(BoundingBox a, BoundingBox b)
    {
        double width = Math.Min(a.Right, b.Right) - Math.Max(a.Left, b.Left);
        double height = Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top);
        double shared = Math.Max(width, 0) * Math.Max(height, 0);
        return shared / (Area(a) + Area(b) - shared);
    }

    private static double Area(BoundingBox box) => (double)(box.Right - box.Left) * (box.Bottom - box.Top);
}

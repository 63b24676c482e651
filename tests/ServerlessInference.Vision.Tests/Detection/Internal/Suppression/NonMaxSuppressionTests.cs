using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Tests.Detection.Internal.Suppression;

public sealed class NonMaxSuppressionTests
{
    private static readonly SuppressionSettings Default = new(0.45f, ClassAgnostic: false, MaxDetections: 300, MaxCandidates: 30_000);

    [Theory]
    [InlineData(0.0f, false)]
    [InlineData(0.3f, false)]
    [InlineData(0.45f, false)]
    [InlineData(0.7f, false)]
    [InlineData(0.45f, true)]
    [InlineData(1.0f, true)]
    public void Run_RandomScenes_EqualsPlainAlgorithm(float threshold, bool agnostic)
    {
        var suppression = new NonMaxSuppression();
        for (int seed = 0; seed < 150; seed++)
        {
            Candidate[] candidates = Scene(seed, classes: 1 + (seed % 4));
            SuppressionSettings settings = Default with
            {
                IouThreshold = threshold, ClassAgnostic = agnostic, MaxDetections = seed % 7 == 0 ? 5 : 300
            };

            int[] kept = suppression.Run(candidates, settings).ToArray();

            Assert.Equal(Plain(candidates, settings), kept);
        }
    }

    [Fact]
    public void Run_RandomScenes_KeptBoxesAreSortedAndDroppedBoxesOverlap()
    {
        var suppression = new NonMaxSuppression();
        for (int seed = 1000; seed < 1100; seed++)
        {
            Candidate[] candidates = Scene(seed, classes: 3);
            int[] kept = suppression.Run(candidates, Default).ToArray();

            Assert.Equal(kept.Length, kept.Distinct().Count());
            Assert.Equal(kept.OrderByDescending(i => candidates[i].Score).ThenBy(i => i), kept);
            foreach (int first in kept)
            {
                Assert.DoesNotContain(kept, second => second != first && candidates[first].Class == candidates[second].Class
                    && Overlap(candidates[first], candidates[second]) > Default.IouThreshold);
            }

            foreach (int dropped in Enumerable.Range(0, candidates.Length).Except(kept))
            {
                Assert.Contains(kept, better => candidates[better].Class == candidates[dropped].Class
                    && candidates[better].Score >= candidates[dropped].Score
                    && Overlap(candidates[better], candidates[dropped]) > Default.IouThreshold);
            }
        }
    }

    [Fact]
    public void Run_EqualScores_KeepsOutputOrder()
    {
        Candidate[] candidates = [Box(0, 0, 10, 0.5f, 1), Box(100, 0, 10, 0.5f, 0), Box(1, 0, 10, 0.5f, 1), Box(50, 0, 10, 0.75f, 0)];

        Assert.Equal([3, 0, 1], new NonMaxSuppression().Run(candidates, Default).ToArray());
    }

    [Fact]
    public void Run_MaxCandidates_ConsidersOnlyTheBest()
    {
        Candidate[] candidates = [.. Enumerable.Range(0, 100).Select(i => Box(i * 20, 0, 10, (i + 1) / 101f, 0))];

        Assert.Equal([99, 98, 97], new NonMaxSuppression().Run(candidates, Default with { MaxCandidates = 3 }).ToArray());
    }

    [Fact]
    public void Run_NoThreshold_KeepsOverlappingBoxes()
    {
        Candidate[] candidates = [Box(0, 0, 10, 0.5f, 0), Box(0, 0, 10, 0.6f, 0)];

        Assert.Equal([1, 0], new NonMaxSuppression().Run(candidates, Default with { IouThreshold = null }).ToArray());
    }

    [Fact]
    public void Run_BoxesWithoutArea_SuppressNothing()
    {
        Candidate[] candidates = [Box(5, 5, 0, 0.9f, 0), Box(5, 5, 0, 0.8f, 0), Box(0, 0, 10, 0.7f, 0)];

        Assert.Equal([0, 1, 2], new NonMaxSuppression().Run(candidates, Default).ToArray());
    }

    [Fact]
    public void Run_SecondRun_IgnoresFirst()
    {
        var suppression = new NonMaxSuppression();
        Candidate[] many = [.. Enumerable.Range(0, 70).Select(i => Box(i * 20, 0, 10, 0.5f, 0))];
        Assert.Equal(70, suppression.Run(many, Default).Length);

        Assert.Equal([0], suppression.Run([Box(20, 0, 10, 0.4f, 0)], Default).ToArray());
        Assert.Equal([0], suppression.Run([Box(400, 0, 10, 0.4f, 0)], Default).ToArray());
    }

    [Fact]
    public void Run_ThousandsOfOverlappingBoxes_KeepsOnePerObjectAndAllocatesNothing()
    {
        var random = new Random(5);
        Candidate[] candidates =
        [
            .. Enumerable.Range(0, 20_000).Select(i => Box(
                (i % 50 * 40) + (float)random.NextDouble(),
                (float)random.NextDouble(),
                30,
                0.3f + (float)(random.NextDouble() * 0.6),
                0)),
        ];
        var suppression = new NonMaxSuppression();
        Assert.Equal(50, suppression.Run(candidates, Default).Length);

        Assert.Equal(0, Allocations.Least(() => _ = suppression.Run(candidates, Default).Length));
    }

    private static Candidate Box(float left, float top, float size, float score, int index) =>
        new(left, top, left + size, top + size, score, index, 0);

    private static Candidate[] Scene(int seed, int classes)
    {
        var random = new Random(seed);
        var candidates = new Candidate[random.Next(0, 120)];
        for (int i = 0; i < candidates.Length; i++)
        {
            float left = (float)random.NextDouble() * 60;
            float top = (float)random.NextDouble() * 60;

            // Only a few different scores, so that many are equal.
            candidates[i] = new Candidate(
                left,
                top,
                left + (float)random.NextDouble() * 40,
                top + (float)random.NextDouble() * 40,
                (1 + random.Next(20)) / 20f,
                random.Next(classes),
                i);
        }

        return candidates;
    }

    private static List<int> Plain(Candidate[] candidates, SuppressionSettings settings)
    {
        var kept = new List<int>();
        foreach (int i in Enumerable.Range(0, candidates.Length).OrderByDescending(i => candidates[i].Score).ThenBy(i => i))
        {
            bool overlaps = kept.Exists(other => (settings.ClassAgnostic || candidates[other].Class == candidates[i].Class)
                && Overlap(candidates[i], candidates[other]) > settings.IouThreshold);
            if (!overlaps && kept.Count < settings.MaxDetections)
            {
                kept.Add(i);
            }
        }

        return kept;
    }

    private static float Overlap(Candidate a, Candidate b)
    {
        float width = Math.Max(0, Math.Min(a.Right, b.Right) - Math.Max(a.Left, b.Left));
        float height = Math.Max(0, Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top));
        float inter = width * height;
        return inter / (((a.Right - a.Left) * (a.Bottom - a.Top)) + ((b.Right - b.Left) * (b.Bottom - b.Top)) - inter);
    }
}

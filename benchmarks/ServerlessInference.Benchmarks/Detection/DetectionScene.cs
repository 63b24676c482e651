namespace ServerlessInference.Benchmarks.Detection;

/// <summary>
/// Outputs of a YOLOv8 head for a 640 × 640 input, <c>[84, 8400]</c>: low noise everywhere, and boxes above the threshold.
/// </summary>
internal static class DetectionScene
{
    public const int Classes = 80;

    public const int Boxes = 8400;

    /// <summary>A typical scene: objects of some classes, each found by several neighbouring boxes.</summary>
    public static float[] Typical(int candidates = 100) => Create(candidates, classes: 6, objects: 12);

    /// <summary>
    /// The worst case: every box is above the threshold and of the same class, and so few objects remain that all boxes are compared.
    /// </summary>
    public static float[] Worst() => Create(Boxes, classes: 1, objects: 299);

    private static float[] Create(int candidates, int classes, int objects)
    {
        var random = new Random(20240917);
        float[] output = new float[(4 + Classes) * Boxes];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (float)random.NextDouble() * 0.2f;
        }

        int[] boxes = [.. Enumerable.Range(0, Boxes)];
        random.Shuffle(boxes);
        for (int i = 0; i < Boxes; i++)
        {
            int box = boxes[i];
            int item = i % objects;
            var place = new Random(item);
            float jitter = candidates == Boxes ? 0 : (float)random.NextDouble() * 4;
            output[box] = ((float)place.NextDouble() * 640) + jitter;
            output[box + Boxes] = ((float)place.NextDouble() * 640) + jitter;
            output[box + (2 * Boxes)] = candidates == Boxes ? 6 : 40 + ((float)place.NextDouble() * 100);
            output[box + (3 * Boxes)] = candidates == Boxes ? 6 : 40 + ((float)place.NextDouble() * 100);
            if (i < candidates)
            {
                output[box + ((4 + (item % classes)) * Boxes)] = 0.3f + ((float)random.NextDouble() * 0.65f);
            }
        }

        return output;
    }
}

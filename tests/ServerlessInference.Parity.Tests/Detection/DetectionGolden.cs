using System.Text.Json;
using ServerlessInference.Vision;

namespace ServerlessInference.Parity.Tests.Detection;

/// <summary>The detections computed with OpenCV, numpy and onnxruntime-node (golden/yolo of the reference data).</summary>
internal static class DetectionGolden
{
    public static JsonElement Read() =>
        JsonDocument.Parse(File.ReadAllBytes(Reference.File("golden", "yolo", "yolo_detections.json"))).RootElement;

    /// <summary>Compares detections: same count, same classes, and boxes (in pixels) and scores within their tolerances.</summary>
    /// <remarks>
    /// Objects are paired by class and position, because the order of objects whose scores differ by less than the tolerance may vary.
    /// </remarks>
    public static void AssertEqual(JsonElement expected, IReadOnlyList<DetectedObject> actual, double boxTolerance, double scoreTolerance)
    {
        var left = actual.ToList();
        Assert.Equal(expected.GetArrayLength(), left.Count);
        double boxes = 0;
        double scores = 0;
        foreach (JsonElement item in expected.EnumerateArray())
        {
            double[] box = [.. item.GetProperty("box_xyxy").EnumerateArray().Select(side => side.GetDouble())];
            DetectedObject nearest = left.Where(candidate => candidate.Index == item.GetProperty("cls").GetInt32())
                .MinBy(candidate => Distance(box, candidate.Box))
                ?? throw new InvalidOperationException($"No object of class {item.GetProperty("cls")} is left.");
            left.Remove(nearest);
            boxes = Math.Max(boxes, Distance(box, nearest.Box));
            scores = Math.Max(scores, Math.Abs(item.GetProperty("score").GetDouble() - nearest.Score));
            Assert.Equal(item.GetProperty("name").GetString(), nearest.Label);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{actual.Count} objects, boxes within {boxes:F4} px, scores within {scores:F6}");
        Assert.InRange(boxes, 0, boxTolerance);
        Assert.InRange(scores, 0, scoreTolerance);
        Assert.Equal(actual.OrderByDescending(item => item.Score), actual);
    }

    private static double Distance(double[] expected, BoundingBox actual) => Math.Max(
        Math.Max(Math.Abs(expected[0] - actual.Left), Math.Abs(expected[1] - actual.Top)),
        Math.Max(Math.Abs(expected[2] - actual.Right), Math.Abs(expected[3] - actual.Bottom)));
}

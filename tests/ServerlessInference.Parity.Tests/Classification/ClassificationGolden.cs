using System.Text.Json;
using ServerlessInference.Parity.Tests.Imaging;

namespace ServerlessInference.Parity.Tests.Classification;

/// <summary>The logits computed by onnxruntime-node from Pillow's and numpy's tensors (golden/classify of the reference data).</summary>
internal static class ClassificationGolden
{
    /// <summary>Reads the ImageNet cases that have logits.</summary>
    public static IEnumerable<JsonElement> ImageNet() =>
        ImageGolden.Read("golden", "classify", "imagenet_mobilenetv2.json").GetProperty("cases").EnumerateArray()
            .Where(golden => golden.TryGetProperty("mobilenet_v2_int8", out JsonElement run)
                && run.ValueKind == JsonValueKind.Object
                && run.GetProperty("logits").ValueKind == JsonValueKind.Array);

    public static IEnumerable<JsonElement> Cifar() =>
        ImageGolden.Read("golden", "classify", "cifar10_resnet.json").GetProperty("cases").EnumerateArray();

    public static double[] Logits(JsonElement array) => [.. array.EnumerateArray().Select(logit => logit.GetDouble())];

    /// <summary>Gives the indices of the best classes, the best first.</summary>
    public static int[] Top(IReadOnlyList<double> logits, int count) =>
        [.. Enumerable.Range(0, logits.Count).OrderByDescending(i => logits[i]).Take(count)];

    /// <summary>Computes the natural logarithms of the softmax.</summary>
    public static double[] LogSoftmax(double[] logits)
    {
        double largest = logits.Max();
        double total = largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
        return Array.ConvertAll(logits, logit => logit - total);
    }

    public static double LargestDifference(IReadOnlyList<double> expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        return Enumerable.Range(0, expected.Count).Max(i => Math.Abs(expected[i] - actual[i]));
    }
}

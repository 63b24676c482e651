using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using ServerlessInference.Parity.Tests.Imaging;

namespace ServerlessInference.Parity.Tests.Classification;

/// <summary>The logits that onnxruntime-node gave for Pillow's and numpy's tensors (golden/classify of the reference data).</summary>
internal static class ClassificationGolden
{
    /// <summary>Gets a value indicating whether this processor's int8 kernels give the sums of the golden file's processor, which had AVX-512 VNNI.</summary>
    /// <remarks>
    /// VNNI and Arm add products of 8 bits in 32 bits. ONNX Runtime's other x86 kernels add pairs of products in 16 bits and saturate
    /// (its documentation on quantization, "U8S8 saturation issue"), so that other logits are right there.
    /// </remarks>
    public static bool HasExactInt8Sums
    {
        get
        {
            if (!X86Base.IsSupported)
            {
                return true;
            }

            // Intel's Software Developer's Manual, CPUID leaf 7: sub-leaf 0, ECX bit 11 is AVX512_VNNI; sub-leaf 1, EAX bit 4 is AVX-VNNI.
            return (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0 || (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0;
        }
    }

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
    public static int[] Top(IReadOnlyList<double> logits, int count) => [.. Enumerable.Range(0, logits.Count).OrderByDescending(i => logits[i]).Take(count)];

    /// <summary>Gives the natural logarithms of the softmax.</summary>
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

using System.Text.Json;
using ServerlessInference.Imaging;
using ServerlessInference.Parity.Tests.Imaging;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Parity.Tests.Classification;

/// <summary>
/// Compares classification with pixels and tensors computed in Python and the same models in onnxruntime-node 1.30 on an AMD EPYC with
/// AVX-512 VNNI: the best class and the best five are the same, and logits are within a bound.
/// </summary>
/// <remarks>
/// <para>Each bound is less than half of the smallest gap between a fifth and a sixth logit in its golden file (0.0266 and 0.0073), so no
/// difference within the bound changes an answer. It is far above rounding (golden ImageNet logits have five decimals), because other
/// versions and vector widths may sum floats in a different order, and in the int8 model the last bit of a float may move an activation by
/// one of its 255 levels.</para>
/// <para>The golden logits of the int8 model were computed with VNNI, which sums 8-bit products in 32 bits. On x86 without VNNI, ONNX
/// Runtime sums pairs of products in 16 bits, which may saturate; with this model that makes no difference. Measured: logits of the int8
/// model are within 5.0e-6, the rounding of the golden file, with AVX-512 VNNI and on a Haswell (AVX2, no VNNI; emulated by QEMU 7.2);
/// logits of the float models are equal, and within 2.9e-6 on that Haswell.</para>
/// <para>A log probability may differ by twice as much as a logit, since it depends on all other logits.</para>
/// </remarks>
public sealed class ClassificationParityTests(ClassificationModels models) : IClassFixture<ClassificationModels>
{
    private const double Int8Bound = 0.01;
    private const double FloatBound = 0.001;

    [Fact]
    public async Task Run_GoldenCrops_ReturnsReferenceLogits()
    {
        double largest = 0;
        List<string> wrong = [];
        foreach (JsonElement golden in ClassificationGolden.ImageNet())
        {
            string crop = golden.GetProperty("crop_png").GetString()!;
            double[] expected = ExpectedLogits(golden);
            double[] actual = await models.LogitsAsync(
                ClassificationModels.MobileNet, ImageGolden.Decode("golden/classify/" + crop), ClassificationModels.Cropped());
            Compare(crop, expected, actual, ref largest, wrong);
        }

        AssertInt8(largest, Int8Bound, "logits", wrong);
    }

    [Fact]
    public async Task RunAsync_OriginalImages_ReturnsReferenceClasses()
    {
        double largest = 0;
        int compared = 0;
        List<string> wrong = [];
        foreach (JsonElement golden in ClassificationGolden.ImageNet())
        {
            string image = golden.GetProperty("image").GetString()!;
            if (!new ImageDecoder().CanDecode(ImageFormatDetector.Detect(File.ReadAllBytes(Reference.File(image.Split('/'))))))
            {
                TestContext.Current.TestOutputHelper!.WriteLine($"not decoded by this package: {image}");
                continue;
            }

            compared++;
            IReadOnlyList<LabelScore> answer = await models.ClassifyAsync(ClassificationModels.MobileNet, image);
            Compare(image, ClassificationGolden.LogSoftmax(ExpectedLogits(golden)), LogScores(answer), ref largest, wrong);
            if (!answer[0].Label.StartsWith(ExpectedLabel(golden), StringComparison.Ordinal))
            {
                wrong.Add($"{image}: {answer[0].Label}; expected {ExpectedLabel(golden)}");
            }
        }

        Assert.True(compared > 0, "Nothing was compared.");
        AssertInt8(largest, 2 * Int8Bound, $"log probabilities of {compared} images", wrong);
    }

    [Theory]
    [InlineData("resnet_2b")]
    [InlineData("resnet_4b")]
    public async Task Run_Cifar10_ReturnsReferenceLogitsAndClasses(string name)
    {
        string model = "cifar10_" + name;
        double logits = 0;
        double scores = 0;
        List<string> wrong = [];
        foreach (JsonElement golden in ClassificationGolden.Cifar())
        {
            string image = golden.GetProperty("image").GetString()!;
            double[] expected = ClassificationGolden.Logits(golden.GetProperty(name));
            Compare(
                image,
                expected,
                await models.LogitsAsync(model, ImageGolden.Decode(image), ClassificationModels.Cifar()),
                ref logits,
                wrong);
            IReadOnlyList<LabelScore> answer = await models.ClassifyAsync(model, image);
            Compare(image, ClassificationGolden.LogSoftmax(expected), LogScores(answer), ref scores, wrong);
            Assert.Equal(golden.GetProperty("label").GetInt32(), answer[0].Index);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{model}: logits within {logits:E2}, log probabilities within {scores:E2}");
        Assert.Empty(wrong);
        Assert.InRange(logits, 0, FloatBound);
        Assert.InRange(scores, 0, 2 * FloatBound);
    }

    private static double[] ExpectedLogits(JsonElement golden) =>
        ClassificationGolden.Logits(golden.GetProperty("mobilenet_v2_int8").GetProperty("logits"));

    private static string ExpectedLabel(JsonElement golden) =>
        golden.GetProperty("mobilenet_v2_int8").GetProperty("top5")[0].GetProperty("label").GetString()!;

    private static double[] LogScores(IReadOnlyList<LabelScore> answer) =>
        [.. answer.OrderBy(label => label.Index).Select(label => Math.Log(label.Score))];

    private static void Compare(string image, double[] expected, double[] actual, ref double largest, List<string> wrong)
    {
        largest = Math.Max(largest, ClassificationGolden.LargestDifference(expected, actual));
        int[] expectedTop = ClassificationGolden.Top(expected, 5);
        int[] actualTop = ClassificationGolden.Top(actual, 5);
        if (expectedTop[0] != actualTop[0] || !expectedTop.ToHashSet().SetEquals(actualTop))
        {
            wrong.Add($"{image}: {string.Join(", ", actualTop)}; expected {string.Join(", ", expectedTop)}");
        }
    }

    private static void AssertInt8(double largest, double bound, string what, List<string> wrong)
    {
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{ClassificationModels.MobileNet}: {what} within {largest:E2}; {wrong.Count} images with other best classes");
        Assert.Empty(wrong);
        Assert.InRange(largest, 0, bound);
    }
}

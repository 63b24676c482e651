using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Vision.Tests.Layouts;

/// <summary>Classifiers as public exporters write them: the right answer, or a refusal.</summary>
public sealed class ClassifierLayoutTests
{
    private const string Labels = "cat\ndog\nbird\n";

    private static readonly float[] Logits = [2, 1, 0.1f];

    private static Axis[] Image => [1, 3, 224, 224];

    public static TheoryData<string> SoftmaxOfThree =>
        [.. new[]
        {
            "softmax_inside", "logits", "keras_nhwc", "keras_dynamic_nhwc", "gray_nchw", "gray_nhwc", "rgba", "teachable", "rank1",
            "n11c", "nc11", "u8nhwc", "two_heads", "two_heads_nolabels",
        }];

    [Theory]
    [MemberData(nameof(SoftmaxOfThree))]
    public async Task Classify_SoftmaxOfThree_GivesTheProbabilities(string name)
    {
        ImageClassification answer = await Create(name).ClassifyAsync();

        Assert.Equal([0.6590f, 0.2424f, 0.0986f], answer.Top.Select(label => label.Score), (a, b) => Math.Abs(a - b) < 5e-5f);
        string[] expected = name switch
        {
            "teachable" => ["Cat", "Dog", "Bird"],
            "two_heads_nolabels" => ["0", "1", "2"],
            _ => ["cat", "dog", "bird"],
        };
        Assert.Equal(expected, answer.Top.Select(label => label.Label));
    }

    [Fact]
    public async Task Classify_OneSigmoid_IsTheScoreOfThePositiveClass()
    {
        Layout layout = Layout.Classifier([1, 3, 150, 150], [-3], [1, 1], "Sigmoid");

        Assert.Equal(0.047f, Assert.Single((await layout.ClassifyAsync()).Top).Score, 5e-4f);
    }

    [Fact]
    public async Task Classify_OneSigmoidAndTwoLabels_TakesTheSecondForThePositiveClass()
    {
        Layout layout = Layout.Classifier([1, 3, 150, 150], [-3], [1, 1], "Sigmoid").File("labels.txt", "cat\ndog\n");

        LabelScore dog = Assert.Single((await layout.ClassifyAsync()).Top, label => label.Label == "dog");
        Assert.Equal((1, 0.047f), (dog.Index, MathF.Round(dog.Score, 3)));
    }

    [Fact]
    public async Task Classify_SeveralSigmoids_AreIndependent()
    {
        Layout layout = Layout.Classifier(Image, [3, 2, -4], [1, 3], "Sigmoid").File("labels.txt", Labels);

        Assert.Equal(
            [0.953f, 0.881f, 0.018f],
            (await layout.ClassifyAsync()).Top.Select(label => label.Score),
            (a, b) => Math.Abs(a - b) < 5e-4f);
    }

    [Fact]
    public async Task Classify_PaddleClassifier_KeepsItsProbabilities()
    {
        Layout layout = Layout.Outputs("x", [1, 3, 48, 192], ("softmax_0.tmp_0", new[] { 0.9f, 0.1f }, [1, 2]))
            .File("labels.txt", "0\n180\n");

        Assert.Equal([0.9f, 0.1f], (await layout.ClassifyAsync()).Top.Select(label => label.Score));
    }

    [Fact]
    public async Task Classify_CustomVision_GivesTheScoresOfItsMap()
    {
        ImageClassification answer = await Layout.CustomVision().ClassifyAsync();

        Assert.Equal([("cat", 0.9f), ("dog", 0.1f)], answer.Top.Select(label => (label.Label, label.Score)));
    }

    [Theory]
    [InlineData("crnn")]
    [InlineData("semseg")]
    [InlineData("depth")]
    [InlineData("depth3")]
    [InlineData("clipimg")]
    [InlineData("hidden")]
    [InlineData("double")]
    [InlineData("int8in")]
    [InlineData("hwc3")]
    [InlineData("ocr_rec")]
    [InlineData("ocr_det")]
    [InlineData("superres")]
    [InlineData("movenet")]
    [InlineData("facemesh")]
    [InlineData("vit_token_cls")]
    [InlineData("hf_detr")]
    [InlineData("ssd_tf")]
    [InlineData("v7_end2end_trt")]
    [InlineData("rtdetr_official")]
    [InlineData("yolov8_rect")]
    [InlineData("yolov10")]
    [InlineData("retinaface")]
    public async Task Classify_OtherModel_IsRefused(string name)
    {
        var exception = await Assert.ThrowsAnyAsync<InferenceException>(() => Create(name).ClassifyAsync());

        Assert.True(exception is ModelContractException or ModelLoadException, exception.ToString());
        Assert.Contains("'layout'", exception.Message, StringComparison.Ordinal);
    }

    internal static Layout Create(string name) => name switch
    {
        "softmax_inside" => Layout.Classifier(Image, Logits, [1, 3], "Softmax").File("labels.txt", Labels),
        "logits" => Layout.Classifier(Image, Logits, [1, 3]).File("labels.txt", Labels),
        "keras_nhwc" => Layout.Classifier([1, 224, 224, 3], Logits, [1, 3], "Softmax").File("labels.txt", Labels),
        "keras_dynamic_nhwc" => Layout
            .Classifier(["unk__1", 224, 224, 3], Logits, [1, 3], "Softmax", declared: ["unk__2", 3]).File("labels.txt", Labels),
        "gray_nchw" => Layout.Classifier([1, 1, 64, 64], Logits, [1, 3]).File("labels.txt", Labels),
        "gray_nhwc" => Layout.Classifier([1, 64, 64, 1], Logits, [1, 3]).File("labels.txt", Labels),
        "rgba" => Layout.Classifier([1, 256, 256, 4], Logits, [1, 3]).File("labels.txt", Labels),
        "teachable" => Layout
            .Classifier([1, 224, 224, 3], Logits, [1, 3], "Softmax").File("labels.txt", "0 Cat\n1 Dog\n2 Bird\n"),
        "rank1" => Layout.Classifier(Image, Logits, [3]).File("labels.txt", Labels),
        "n11c" => Layout.Classifier([1, 224, 224, 3], Logits, [1, 1, 1, 3]).File("labels.txt", Labels),
        "nc11" => Layout.Classifier(Image, Logits, [1, 3, 1, 1]).File("labels.txt", Labels),
        "u8nhwc" => Layout
            .Classifier([1, 224, 224, 3], Logits, [1, 3], type: TensorElementType.UInt8).File("labels.txt", Labels),
        "two_heads" => CreateTwoHeads().File("labels.txt", Labels),
        "two_heads_nolabels" => CreateTwoHeads(),
        "double" => Layout.Classifier(Image, Logits, [1, 3], type: TensorElementType.Double),
        "int8in" => Layout.Classifier(Image, Logits, [1, 3], type: TensorElementType.Int8),
        "hwc3" => Layout.Classifier([224, 224, 3], Logits, [1, 3]),
        "crnn" => Layout.Classifier([1, 1, 32, 100], new float[26 * 37], [26, 1, 37]),
        "semseg" => Layout.Classifier([1, 3, 64, 64], Layout.Uniform(1, 19, 16, 16), [1, 19, 16, 16]),
        "depth" => Layout.Classifier([1, 3, 64, 64], Layout.Uniform(1, 1, 64, 64), [1, 1, 64, 64]),
        "depth3" => Layout.Classifier([1, 3, 64, 64], Layout.Uniform(1, 64, 64), [1, 64, 64]),
        "clipimg" => Layout.Classifier(Image, Layout.Uniform(1, 512), [1, 512], name: "image_embeds"),
        "hidden" => Layout.Classifier(Image, Layout.Uniform(1, 197, 768), [1, 197, 768], name: "last_hidden_state"),
        _ => DetectorLayouts.Create(name),
    };

    private static Layout CreateTwoHeads() => Layout.Outputs(
        Image, ("embedding", Layout.Uniform(1, 512), [1, 512]), ("logits", Logits, [1, 3]));
}

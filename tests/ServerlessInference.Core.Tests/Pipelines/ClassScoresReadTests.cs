using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Core.Tests.Pipelines;

/// <summary>Which output has the classes, and how it becomes scores.</summary>
public sealed class ClassScoresReadTests
{
    private const string Task = "image-classification";

    private static readonly float[] Logits = [2, 1, 0.1f];

    private static readonly float[] Softmax = [0.6590011f, 0.24243298f, 0.09856589f];

    [Theory]
    [InlineData("Softmax", "the graph ends in a softmax")]
    [InlineData("Sigmoid", "the graph ends in a sigmoid")]
    public void Answer_GraphEndsInActivation_KeepsTheScores(string type, string origin)
    {
        LoadedModel model = Create(type, [1, 3]);

        LabelScore[] top = Answer(model, [0.7f, 0.2f, 0.9f]);

        Assert.Equal([0.9f, 0.7f, 0.2f], top.Select(label => label.Score));
        Assert.Equal(new ModelDecision("scores", "unchanged outputs", origin), Find(model, "scores"));
    }

    [Fact]
    public void Answer_LogSoftmax_IsTurnedIntoProbabilities()
    {
        LabelScore[] top = Answer(Create("LogSoftmax", [1, 3]), [.. Softmax.Select(score => MathF.Log(score))]);

        Assert.Equal(Softmax, top.Select(label => label.Score), (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Answer_NoActivation_IsSoftmaxEvenIfTheOutputsAddUpToOne()
    {
        LoadedModel model = Create("Identity", [1, 3]);

        Assert.Equal(0.3906938f, Answer(model, [0.5f, 0.3f, 0.2f])[0].Score, 1e-6f);
        Assert.Equal("outputs without an activation are logits", Find(model, "scores").Origin);
    }

    [Fact]
    public void Answer_NoActivationAndNameOfProbabilities_LooksAtTheFirstOutputs()
    {
        LoadedModel model = Create("Identity", [1, 3], name: "softmax_0.tmp_0");
        Assert.DoesNotContain(model.Decisions, decision => decision.Subject == "scores");

        Assert.Equal(0.5f, Answer(model, [0.5f, 0.3f, 0.2f])[0].Score);
        Assert.Equal("the first outputs are not negative and add up to 1", Find(model, "scores").Origin);
    }

    [Theory]
    [InlineData(new[] { 0.5f, 0.3f, 0.2f }, 0.5f)]
    [InlineData(new[] { 0.9f, 0.8f, 0.2f }, 0.9f)]
    [InlineData(new[] { 2f, 1f, 0.1f }, 0.6590011f)]
    public void Answer_UnknownGraph_LooksAtTheFirstOutputs(float[] outputs, float best)
    {
        LoadedModel model = CreateUnknown();
        Assert.Equal(best, Answer(model, outputs)[0].Score, 1e-6f);
    }

    [Fact]
    public void Answer_DynamicNumberOfClasses_IsKnownWhenTheModelHasRun()
    {
        Assert.Equal(0.3906938f, Answer(Create("Identity", [1, -1]), [0.5f, 0.3f, 0.2f])[0].Score, 1e-6f);
        Assert.Equal(0.95257413f, Assert.Single(Answer(Create("Identity", [1, -1]), [3f])).Score, 1e-6f);
    }

    [Fact]
    public void Answer_OnlyOutputWithoutAShape_IsRead() =>
        Assert.Equal(Softmax[0], Answer(Create("Identity", [], ("labels.txt", "a\nb\nc")), Logits, 1, 3)[0].Score, 1e-6f);

    [Fact]
    public void Answer_FirstOutputsDecided_LaterOnesDoNotChangeIt()
    {
        LoadedModel model = CreateUnknown();
        var scores = ClassScores.Read(model, Task);
        Answer(scores, model, [2, 1, 0.1f]);

        Assert.Equal(0.3906938f, Answer(scores, model, [0.5f, 0.3f, 0.2f])[0].Score, 1e-6f);
    }

    [Theory]
    [InlineData("Sigmoid", 0.047f, 0.047f)]
    [InlineData("Identity", -3f, 0.04742587f)]
    public void Answer_OneOutput_IsTheScoreOfThePositiveClass(string type, float output, float score)
    {
        Assert.Equal(score, Assert.Single(Answer(Create(type, [1, 1]), [output])).Score, 1e-6f);
        Assert.Equal(score, Assert.Single(Answer(Create(type, [1, 1], ("labels.txt", "spam")), [output])).Score, 1e-6f);

        LabelScore[] two = Answer(Create(type, [1, 1], ("labels.txt", "cat\ndog\n")), [output]);
        Assert.Equal(["cat", "dog"], two.Select(label => label.Label));
        Assert.Equal([1 - score, score], two.Select(label => label.Score), (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Theory]
    [InlineData("""{"problem_type":"multi_label_classification"}""", 0.880797f)]
    [InlineData("""{"problem_type":"single_label_classification"}""", 0.6590011f)]
    [InlineData("""{"problem_type":"regression"}""", 2f)]
    [InlineData("""{"function_to_apply":"sigmoid"}""", 0.880797f)]
    [InlineData("""{"sentence_transformers":{"activation_fn":"torch.nn.modules.linear.Identity"}}""", 2f)]
    [InlineData("""{"sbert_ce_default_activation_function":"torch.nn.modules.activation.Sigmoid"}""", 0.880797f)]
    [InlineData("""{"model_type":"bert"}""", 0.6590011f)]
    public void Answer_Config_SaysHowLogitsBecomeScores(string config, float best) =>
        Assert.Equal(best, Answer(Create("Identity", [1, 3], ("config.json", config)), Logits)[0].Score, 1e-6f);

    [Theory]
    [InlineData("""{"problem_type":"single_label_classification"}""", 0.95257413f)]
    [InlineData("""{"problem_type":"regression"}""", 3f)]
    [InlineData("""{"sentence_transformers":{"activation_fn":"torch.nn.modules.linear.Identity"}}""", 3f)]
    public void Answer_ConfigOfOneLabel_IsASigmoidUnlessItSaysOtherwise(string config, float score) =>
        Assert.Equal(score, Answer(Create("Identity", [1, 1], ("config.json", config)), [3f])[0].Score, 1e-6f);

    [Fact]
    public void Read_UnknownActivationInConfig_Throws()
    {
        LoadedModel model = Create(
            "Identity", [1, 3], ("config.json", """{"sbert_ce_default_activation_function":"torch.nn.modules.activation.Tanh"}"""));

        var exception = Assert.Throws<ModelLoadException>(() => ClassScores.Read(model, Task));

        Assert.Equal(
            "The config.json of model 'model' states the activation 'torch.nn.modules.activation.Tanh' for its scores; Identity, Sigmoid " +
            "and Softmax are supported. Set the option Scores.",
            exception.Message);
    }

    [Theory]
    [InlineData(new long[] { 1, 3, 1, 1 })]
    [InlineData(new long[] { 1, 1, 1, 3 })]
    [InlineData(new long[] { 3 })]
    public void Answer_ShapeWithOneLongAxis_IsRead(long[] shape) =>
        Assert.Equal(Softmax[0], Answer(Create("Identity", shape, ("labels.txt", "a\nb\nc")), Logits, shape)[0].Score, 1e-6f);

    [Theory]
    [InlineData("image_embeds", new long[] { 1, 512 }, "output 'image_embeds' is a vector that describes the input")]
    [InlineData("last_hidden_state", new long[] { 1, 197, 768 }, "needs a float tensor [n, classes]")]
    [InlineData("output", new long[] { 1, 19, 16, 16 }, "needs a float tensor [n, classes]")]
    [InlineData("output", new long[] { 26, 1, 37 }, "needs a float tensor [n, classes]")]
    public void Read_NotClasses_Throws(string name, long[] shape, string reason)
    {
        var exception = Assert.Throws<ModelContractException>(() => ClassScores.Read(Create("Identity", shape, name: name), Task));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PooledFeatures_AreClassesOnlyWithLabels()
    {
        byte[] content = new OnnxModelBuilder()
            .With(graph => graph.Node("Add", ["x"], ["sum"]).Node("GlobalAveragePool", ["sum"], ["output"])).Build();

        var exception = Assert.Throws<ModelContractException>(
            () => ClassScores.Read(CreateModel([("output", [1, 3, 1, 1])], content, []), Task));

        Assert.Contains("is a vector that describes the input", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, ClassScores.Read(CreateModel([("output", [1, 3, 1, 1])], content, [("labels.txt", "a\nb\nc")]), Task).Labels.Count);
        Assert.Empty(ClassScores.Read(CreateModel([("output", [1, 3, 1, 1])], content, []), Task, output: "output").Labels);
    }

    [Fact]
    public void Read_SeveralOutputs_TakesTheOneThatFitsTheLabels()
    {
        LoadedModel model = Create([("a", [1, 512]), ("b", [1, 3])], ("labels.txt", "x\ny\nz"));

        ClassScores.Read(model, Task);

        Assert.Equal(new ModelDecision("output", "b", "it has as many classes as there are labels"), Find(model, "output"));
    }

    [Fact]
    public void Read_SeveralOutputsWithoutLabels_TakesTheOneNamedLogits()
    {
        LoadedModel model = Create([("embedding", [1, 512]), ("aux", [1, 3]), ("logits", [1, 3])]);

        ClassScores.Read(model, Task);

        Assert.Equal("logits", Find(model, "output").Value);
    }

    [Fact]
    public void Read_SeveralOutputsThatMayBeIt_ThrowsAndNamesTheOption()
    {
        LoadedModel model = Create([("a", [1, 4]), ("b", [1, 3])]);

        var exception = Assert.Throws<ModelContractException>(() => ClassScores.Read(model, Task));

        Assert.Equal(
            "Several outputs of model 'model' may contain the classes of image classification: 'a' float32 [1, 4], 'b' float32 [1, 3]. " +
            "Set the option Output to the right one.",
            exception.Message);
        Assert.Empty(ClassScores.Read(model, Task, output: "b").Labels);
        Assert.Equal(new ModelDecision("output", "b", "the option"), Find(model, "output"));
    }

    [Fact]
    public void Read_OutputWithBoxes_IsADetector()
    {
        LoadedModel model = Create([("det_boxes", [1, 100, 4]), ("det_scores", [1, 100])]);

        var exception = Assert.Throws<ModelContractException>(() => ClassScores.Read(model, Task));

        Assert.Contains("its output 'det_boxes' has boxes, so it is a detector", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoLabels_NeedsAttention()
    {
        LoadedModel model = Create("Softmax", [1, 3]);

        ClassScores.Read(model, Task);

        Assert.True(Find(model, "labels").NeedsAttention);
        Assert.Contains("labels.txt", Find(model, "labels").Origin, StringComparison.Ordinal);
    }

    private static ModelDecision Find(LoadedModel model, string subject) =>
        model.Decisions.Single(decision => decision.Subject == subject);

    private static LabelScore[] Answer(LoadedModel model, float[] outputs, params long[] shape) =>
        Answer(ClassScores.Read(model, Task), model, outputs, shape);

    private static LabelScore[] Answer(ClassScores scores, LoadedModel model, float[] outputs, params long[] shape)
    {
        using var batch = new InferenceBatch(model, 1);
        long[] actual = shape.Length == 0 ? [1, outputs.Length] : shape;
        batch.SetOutput(model.Description.Outputs[0].Name, TensorValue.Create(outputs, actual));
        var answers = new LabelScore[1][];
        scores.Answer(batch, answers.AsMemory(), 5, float.NegativeInfinity, static top => top);
        return answers[0];
    }

    private static LoadedModel Create(string type, long[] shape, params (string Name, string Text)[] files) =>
        Create(type, shape, "output", files);

    private static LoadedModel Create(string type, long[] shape, string name, params (string Name, string Text)[] files) => CreateModel(
        [(name, shape)],
        new OnnxModelBuilder().With(graph => graph.Node(type, ["x"], ["raw"]).Node("Identity", ["raw"], [name])).Build(),
        files);

    private static LoadedModel Create((string Name, long[] Shape)[] outputs, params (string Name, string Text)[] files) => CreateModel(
        outputs,
        new OnnxModelBuilder().With(graph => Array.ForEach(outputs, output => graph.Node("Relu", ["x"], [output.Name]))).Build(),
        files);

    private static LoadedModel CreateUnknown() => CreateModel([("output", [1, 3])], [1, 2, 3], []);

    private static LoadedModel CreateModel(
        (string Name, long[] Shape)[] outputs, byte[] content, (string Name, string Text)[] files) => new(
        new ModelIdentity("model", "1", "test:"),
        new ModelDescription(
            [new ValueDescription("input", ValueKind.Tensor, TensorElementType.Float, [1, 3, 8, 8])],
            [.. outputs.Select(output => new ValueDescription(output.Name, ValueKind.Tensor, TensorElementType.Float, output.Shape))]),
        new ModelArtifact(
            "test:",
            "1",
            [
                ModelFile.InMemory("model.onnx", content),
                .. files.Select(file => ModelFile.InMemory(file.Name, System.Text.Encoding.UTF8.GetBytes(file.Text))),
            ]));
}

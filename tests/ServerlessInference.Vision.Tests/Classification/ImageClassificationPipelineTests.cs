using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Classification;

namespace ServerlessInference.Vision.Tests.Classification;

public sealed class ImageClassificationPipelineTests
{
    [Fact]
    public async Task Postprocess_Softmax_RanksAndAddsUpToOne()
    {
        ImageClassification answer = await PostprocessAsync([1, 3, 2], new ImageClassificationOptions());

        Assert.Equal([1, 2, 0], answer.Top.Select(label => label.Index));
        Assert.Equal(["b", "c", "a"], answer.Top.Select(label => label.Label));
        Assert.Equal(1f, answer.Top.Sum(label => label.Score), 1e-6f);
    }

    [Fact]
    public async Task Postprocess_LargeLogits_StayFinite()
    {
        ImageClassification answer = await PostprocessAsync([1e30f, 0, -1e30f], new ImageClassificationOptions());

        Assert.Equal([1f, 0f, 0f], answer.Top.Select(label => label.Score));
    }

    [Fact]
    public async Task Postprocess_EqualScores_LowerIndexFirst()
    {
        ImageClassification answer = await PostprocessAsync([2, 2, 2], new ImageClassificationOptions { TopK = 2 });

        Assert.Equal([0, 1], answer.Top.Select(label => label.Index));
    }

    [Fact]
    public async Task Postprocess_Sigmoid_KeepsEachScoreAboveTheThreshold()
    {
        ImageClassification answer = await PostprocessAsync(
            [4, -4, 4], new ImageClassificationOptions { Scores = ScoreFunction.Sigmoid, MinScore = 0.5f });

        Assert.Equal([0, 2], answer.Top.Select(label => label.Index));
        Assert.All(answer.Top, label => Assert.Equal(1 / (1 + MathF.Exp(-4)), label.Score, 1e-6f));
    }

    [Fact]
    public async Task Postprocess_NaN_IsNeverReturned()
    {
        ImageClassification answer = await PostprocessAsync(
            [float.NaN, 0.2f, 0.7f], new ImageClassificationOptions { Scores = ScoreFunction.None });

        Assert.Equal([2, 1], answer.Top.Select(label => label.Index));
    }

    [Fact]
    public async Task Postprocess_MultiLabelInConfig_UsesSigmoid()
    {
        LoadedModel model = CreateModel(
            Files(("config.json", """{"problem_type":"multi_label_classification","id2label":{"0":"a","1":"b","2":"c"}}""")));

        ImageClassification answer = await PostprocessAsync(model, [0, 0, 0], new ImageClassificationOptions());

        Assert.All(answer.Top, label => Assert.Equal(0.5f, label.Score));
    }

    [Fact]
    public void Prepare_MoreLabelsThanClasses_ThrowsContractException()
    {
        LoadedModel model = CreateModel(Files(("labels.txt", "a\nb\nc\nd")));

        var exception = Assert.Throws<ModelContractException>(
            () => new ImageClassificationPostprocessor(new ImageClassificationOptions()).Prepare(model));

        Assert.Contains("has 3 classes, but there are 4 labels", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_NoImageInput_ThrowsContractExceptionThatListsTheInputs()
    {
        LoadedModel model = CreateModel([], new ValueDescription("ids", ValueKind.Tensor, TensorElementType.Int64, [-1, -1]));

        var exception = Assert.Throws<ModelContractException>(() => CreatePreprocessor(new ImageClassificationOptions()).Prepare(model));

        Assert.Contains("'ids' int64 [?, ?]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[n, 3, height, width]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_SettingsOfOtherSize_ThrowsContractException()
    {
        LoadedModel model = CreateModel([]);
        var options = new ImageClassificationOptions { Preprocessing = ImagePreprocessingPresets.Torchvision() };

        var exception = Assert.Throws<ModelContractException>(() => CreatePreprocessor(options).Prepare(model));

        Assert.Contains("takes images of 8 x 8; the preprocessing settings produce 224 x 224", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TensorElementType.Float, true)]
    [InlineData(TensorElementType.Float16, true)]
    [InlineData(TensorElementType.UInt8, true)]
    [InlineData(TensorElementType.Float, false)]
    public async Task Preprocess_TypeAndLayout_FollowTheModel(TensorElementType type, bool channelsFirst)
    {
        long[] shape = channelsFirst ? [-1, 3, 8, 8] : [-1, 8, 8, 3];
        LoadedModel model = CreateModel([], new ValueDescription("pixels", ValueKind.Tensor, type, shape));
        using var batch = new InferenceBatch(model, 2);
        ReadOnlyMemory<byte> grey = WarmupImage.Png;

        await CreatePreprocessor(new ImageClassificationOptions())
            .PreprocessAsync(new[] { grey, grey }, batch, TestContext.Current.CancellationToken);

        if (type == TensorElementType.UInt8)
        {
            Assert.All(batch.GetInput<byte>(0).ToArray(), value => Assert.Equal(128, value));
        }
        else if (type == TensorElementType.Float16)
        {
            Assert.Equal((Half)((128f / 255f - 0.485f) / 0.229f), batch.GetInput<Half>(0)[0]);
        }
        else
        {
            float[] values = batch.GetInput<float>(0).ToArray();
            Assert.Equal((128f / 255f - 0.485f) / 0.229f, values[0]);
            Assert.Equal((128f / 255f - 0.456f) / 0.224f, values[channelsFirst ? 64 : 1]);
            Assert.Equal(values[..192], values[192..]);
        }
    }

    [Fact]
    public async Task Preprocess_UndecodableImage_FailsThatRowAndLeavesItZero()
    {
        LoadedModel model = CreateModel([]);
        using var batch = new InferenceBatch(model, 2);

        await CreatePreprocessor(new ImageClassificationOptions()).PreprocessAsync(
            new ReadOnlyMemory<byte>[] { "nothing"u8.ToArray(), WarmupImage.Png }, batch, TestContext.Current.CancellationToken);

        Assert.IsType<InvalidInputException>(batch.GetFailure(0));
        Assert.Null(batch.GetFailure(1));
        Assert.All(batch.GetInput<float>(0)[..192].ToArray(), value => Assert.Equal(0, value));
    }

    private static Task<ImageClassification> PostprocessAsync(float[] scores, ImageClassificationOptions options) =>
        PostprocessAsync(CreateModel(Files(("labels.txt", "a\nb\nc\n"))), scores, options);

    private static async Task<ImageClassification> PostprocessAsync(LoadedModel model, float[] scores, ImageClassificationOptions options)
    {
        using var batch = new InferenceBatch(model, 1);
        batch.SetOutput("scores", TensorValue.Create(scores, 1, scores.Length));
        var answers = new ImageClassification[1];
        await new ImageClassificationPostprocessor(options).PostprocessAsync(batch, answers, TestContext.Current.CancellationToken);
        return answers[0];
    }

    [Fact]
    public async Task Preprocess_MemoryInUse_WaitsAndReleasesItAfterwards()
    {
        var memory = new WorkingMemory(1000);
        Assert.True(memory.TryReserve(1000));
        using var batch = new InferenceBatch(CreateModel([]), 2);

        Task preprocessing = CreatePreprocessor(new ImageClassificationOptions(), memory).PreprocessAsync(
            new ReadOnlyMemory<byte>[] { WarmupImage.Png, WarmupImage.Png }, batch, TestContext.Current.CancellationToken).AsTask();
        Assert.False(preprocessing.IsCompleted);
        memory.Release(1000);
        await preprocessing;

        Assert.Null(batch.GetFailure(0));
        Assert.Null(batch.GetFailure(1));
        Assert.True(memory.TryReserve(1000));
    }

    [Fact]
    public async Task Preprocess_CancelledWhileWaiting_Throws()
    {
        var memory = new WorkingMemory(1000);
        Assert.True(memory.TryReserve(1000));
        using var stop = new CancellationTokenSource();
        using var batch = new InferenceBatch(CreateModel([]), 1);
        Task preprocessing = CreatePreprocessor(new ImageClassificationOptions(), memory).PreprocessAsync(
            new ReadOnlyMemory<byte>[] { WarmupImage.Png }, batch, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => preprocessing);
    }

    private static ImagePreprocessor CreatePreprocessor(ImageClassificationOptions options, WorkingMemory? memory = null) =>
        new(
            new ImageDecoder(),
            options.Decoding,
            memory ?? new WorkingMemory(),
            model => DefaultPreprocessing.Read(model, options.Preprocessing));

    private static ModelFile[] Files(params (string Name, string Text)[] files) =>
        [.. files.Select(file => ModelFile.InMemory(file.Name, System.Text.Encoding.UTF8.GetBytes(file.Text)))];

    private static LoadedModel CreateModel(ModelFile[] files, ValueDescription? input = null) => new(
        new ModelIdentity("shapes", "1", "test:"),
        new ModelDescription(
            [input ?? new ValueDescription("pixels", ValueKind.Tensor, TensorElementType.Float, [-1, 3, 8, 8])],
            [new ValueDescription("scores", ValueKind.Tensor, TensorElementType.Float, [-1, 3])]),
        new ModelArtifact("test:", "1", [ModelFile.InMemory("model.onnx", new byte[] { 1 }), .. files]));
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Text.QuestionAnswering;
using ServerlessInference.Text.Tests.Support;

namespace ServerlessInference.Text.Tests.QuestionAnswering;

public sealed class QuestionStagesTests
{
    private static readonly ValueDescription[] Outputs =
        [TestModels.Floats("start_logits", -1, -1), TestModels.Floats("end_logits", -1, -1)];

    private static readonly TextModelReader Reader = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stages_LongContext_FindTheAnswerInALaterWindow()
    {
        const string Context = "a b c d e f g h i j k The FÓX! l m n";
        var options = new QuestionAnsweringOptions { MaxLength = 10, Stride = 2 };
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), Outputs);
        using var batch = new InferenceBatch(model, 1);
        await new QuestionPreprocessor(Reader, options).PreprocessAsync(new[] { new Question("x", Context) }, batch, Token);

        (long rows, long length) = Shape(batch);
        Assert.True(rows > 1);
        Span<long> ids = batch.CreateInput<long>("input_ids", rows, length);
        Span<long> types = batch.CreateInput<long>("token_type_ids", rows, length);
        int fox = -1;
        for (int i = 1; i < ids.Length; i++)
        {
            // "the fox" once accents and case are gone, in a window that holds both.
            fox = ids[i] == 7 && ids[i - 1] == 5 && types[i] == 1 ? i : fox;
        }

        float[] start = new float[rows * length];
        float[] end = new float[rows * length];
        start[fox - 1] = 12;
        end[fox] = 12;
        batch.SetOutput("start_logits", TensorValue.Create(start, rows, length));
        batch.SetOutput("end_logits", TensorValue.Create(end, rows, length));
        var answers = new QuestionAnswers[1];
        await new QuestionPostprocessor(Reader, options).PostprocessAsync(batch, answers, Token);

        Assert.Equal("The FÓX", answers[0].Top[0].Text);
        Assert.Equal(Context.IndexOf("The", StringComparison.Ordinal), answers[0].Top[0].Start);
        Assert.InRange(answers[0].Top[0].Score, 0.9f, 1f);
    }

    [Fact]
    public async Task Preprocess_EmptyContext_FailsThatQuestionAlone()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), Outputs);
        using var batch = new InferenceBatch(model, 2);
        await new QuestionPreprocessor(Reader, new QuestionAnsweringOptions()).PreprocessAsync(
            new[] { new Question("x", " "), new Question("x", "the fox") }, batch, Token);

        Assert.IsType<InvalidInputException>(batch.GetFailure(0));
        Assert.Null(batch.GetFailure(1));
        Assert.Equal((1, 6), Shape(batch));
    }

    [Fact]
    public async Task Preprocess_TooManyWindows_FailsWithTooLarge()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), Outputs);
        using var batch = new InferenceBatch(model, 1);
        string context = string.Join(' ', Enumerable.Repeat("fox", 100));
        var options = new QuestionAnsweringOptions { MaxLength = 10, Stride = 0, MaxWindows = 3 };
        await new QuestionPreprocessor(Reader, options).PreprocessAsync(
            new[] { new Question("x", context) }, batch, Token);

        InvalidInputException exception = Assert.IsType<InvalidInputException>(batch.GetFailure(0));
        Assert.Equal(InvalidInputKind.TooLarge, exception.Kind);
        Assert.Contains("windows of 10 tokens; at most 3 are allowed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preprocess_FixedBatchAxis_RejectsMoreWindowsThanItHas()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(batch: 1, length: 12), Outputs);
        using var batch = new InferenceBatch(model, 1);
        var preprocessor = new QuestionPreprocessor(Reader, new QuestionAnsweringOptions());
        string context = string.Join(' ', Enumerable.Repeat("fox", 30));
        await preprocessor.PreprocessAsync(new[] { new Question("x", context) }, batch, Token);

        Assert.Contains("batch axis is fixed at 1", batch.GetFailure(0)!.Message, StringComparison.Ordinal);
        Assert.Equal(1, preprocessor.GetMaxBatchSize(model));
        Assert.Equal(12, batch.CreateInput<long>("input_ids", 1, 12).Length);
    }

    [Fact]
    public async Task Preprocess_LongQuestion_WindowsOverlapByLess()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), Outputs);
        using var batch = new InferenceBatch(model, 2);
        Question[] questions =
        [
            new("the the the the the the", string.Join(' ', Enumerable.Repeat("fox", 30))),
            new(string.Join(' ', Enumerable.Repeat("the", 40)), "fox"),
        ];
        await new QuestionPreprocessor(Reader, new QuestionAnsweringOptions { MaxLength = 12 }).PreprocessAsync(
            questions, batch, Token);

        Assert.Null(batch.GetFailure(0));
        Assert.Contains("Shorten the other", batch.GetFailure(1)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_OutputsOfAnotherTask_ThrowsWithAList()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), [TestModels.Floats("logits", -1, 2)]);

        ModelContractException exception = Assert.Throws<ModelContractException>(
            () => new QuestionPostprocessor(Reader, new()).Prepare(model));
        Assert.Contains("'logits' float32", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_UnknownInput_ThrowsWithAListOfAll()
    {
        var pixels = new ValueDescription("pixel_values", ValueKind.Tensor, TensorElementType.Float, [-1, 3]);
        LoadedModel model = TestModels.Create([.. TestModels.BertInputs(), pixels], Outputs);

        ModelContractException exception = Assert.Throws<ModelContractException>(
            () => new QuestionPreprocessor(Reader, new()).Prepare(model));
        Assert.Contains("Nothing fills the input 'pixel_values'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'input_ids' int64", exception.Message, StringComparison.Ordinal);
    }

    private static (long Rows, long Length) Shape(InferenceBatch batch)
    {
        QuestionBatch state = batch.State(static () => new QuestionBatch());
        return (state.Windows.Count, state.Windows.MaxLength);
    }
}

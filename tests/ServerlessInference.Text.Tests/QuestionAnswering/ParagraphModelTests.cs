using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests.QuestionAnswering;

/// <summary>The question-answering model of the repository, on paragraphs whose names it was never trained on.</summary>
public sealed class ParagraphModelTests : IAsyncDisposable
{
    private const double RequiredExactMatch = 0.85;

    private static readonly string Folder = Repository.Model("paragraph-qa");

    private readonly ServiceProvider _services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ParagraphModelTests()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("qa", model => model.FromFileSystem(Folder).UseQuestionAnswering());
        _services = services.BuildServiceProvider();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task RunBatchAsync_HeldOutParagraphs_AnswersExactly()
    {
        JsonElement[] questions = Questions();
        var pipeline = _services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>("qa");

        IReadOnlyList<InferenceResult<QuestionAnswers>> results = await pipeline.RunBatchAsync([.. questions.Select(Read)], Token);

        Answer[] answers = [.. results.Select(static result => result.Value.Top[0])];
        int right = questions.Zip(answers).Count(static pair =>
            pair.First.GetProperty("answer").GetString() == pair.Second.Text
            && pair.First.GetProperty("start").GetInt32() == pair.Second.Start);
        Assert.True(
            right >= RequiredExactMatch * questions.Length,
            $"{right} of {questions.Length} answers are right; {RequiredExactMatch:P0} was expected.");

        // The answers of the training script with the same file. It does not extend answers to whole words, so that a wrong one may differ.
        int alike = questions.Zip(answers).Count(static pair => pair.First.GetProperty("given").GetString() == pair.Second.Text);
        Assert.True(alike >= 0.97 * questions.Length, $"{alike} of {questions.Length} answers are those of the training script.");
    }

    [Fact]
    public async Task RunAsync_ContextOfManyWindows_FindsTheAnswer()
    {
        var pipeline = _services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>("qa");
        var question = new Question(
            "Where does Mara Telk live?",
            string.Join(' ', Enumerable.Repeat("Odo Pratchen comes from Kelwick.", 80)) + " Mara Telk lives in Brenford.");

        InferenceResult<QuestionAnswers> result = await pipeline.RunAsync(question, Token);

        Answer answer = result.Value.Top[0];
        Assert.Equal("Brenford", answer.Text);
        Assert.Equal("Brenford", question.Context[answer.Start..answer.End]);
    }

    [Fact]
    public void Encode_UnseenNames_HaveNoUnknownTokens()
    {
        Tokenizer tokenizer = Tokenizer.Load(Folder);
        int unknown = tokenizer.Encode("[UNK]").Ids[1];

        Assert.All(
            Questions(),
            item => Assert.DoesNotContain(unknown, tokenizer.Encode(item.GetProperty("context").GetString()!).Ids.ToArray()));
    }

    private static JsonElement[] Questions()
    {
        var samples = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "samples.json")));
        return [.. samples.RootElement.GetProperty("questions").EnumerateArray()];
    }

    private static Question Read(JsonElement item) =>
        new(item.GetProperty("question").GetString()!, item.GetProperty("context").GetString()!);
}

using System.Text.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Text.Tests.Support;
using ServerlessInference.Tokenizers.Tests;

namespace ServerlessInference.Text.Tests.QuestionAnswering;

/// <summary>The whole pipeline with ONNX Runtime.</summary>
/// <remarks>The logits of the model are the token ids, so that the highest id in the context is the answer.</remarks>
public sealed class QuestionAnsweringPipelineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("question-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public QuestionAnsweringPipelineTests()
    {
        File.WriteAllBytes(Path.Combine(_folder, "model.onnx"), TestOnnx.IdsAsLogits());
        File.WriteAllBytes(Path.Combine(_folder, "vocab.txt"), TestVocabulary.Bytes);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RunBatchAsync_ContextsOfManyLengths_AnswersInOrder()
    {
        await using ServiceProvider services = Services(static options =>
        {
            options.MaxLength = 12;
            options.Stride = 3;
            options.MaxWindows = 60; // fewer than some batches need, so that those run one by one
        });
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>("qa");
        var random = new Random(5);
        var questions = new List<Question>();
        var places = new List<int>();
        for (int i = 0; i < 40; i++)
        {
            // "z" has the highest id of all letters; it occurs once in every context.
            string[] words = [.. Enumerable.Repeat("the", random.Next(1, 60))];
            int place = random.Next(words.Length);
            words[place] = "Z";
            questions.Add(new Question("where is the fox?", string.Join(' ', words)));
            places.Add(place * 4);
        }

        IReadOnlyList<InferenceResult<QuestionAnswers>> results = await pipeline.RunBatchAsync(questions, Token);

        for (int i = 0; i < results.Count; i++)
        {
            Answer best = results[i].Value.Top[0];
            Assert.Equal("Z", best.Text);
            Assert.Equal(places[i], best.Start);
        }
    }

    [Fact]
    public async Task RunAsync_EmptyQuestion_Throws()
    {
        await using ServiceProvider services = Services(null);
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>("qa");

        await Assert.ThrowsAsync<InvalidInputException>(
            async () => await pipeline.RunAsync(new Question(string.Empty, "the fox"), Token));
    }

    [Theory]
    [InlineData("What is the [CLS] token for?", "Yes")]
    [InlineData("[SEP] [CLS] [CLS]", "Z")]
    [InlineData("is [MASK] the [PAD]?", "the [CLS] fox [SEP] Z [CLS]")]
    [InlineData("[CLS]", "[CLS]")]
    public async Task RunAsync_SpecialTokensInTheTexts_AnswersFromTheContext(string question, string context)
    {
        await using ServiceProvider services = Services(options =>
        {
            options.TopK = 100;
            options.AllowNoAnswer = true;
        });
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>("qa");

        InferenceResult<QuestionAnswers> result = await pipeline.RunAsync(new Question(question, context), Token);

        Assert.Single(result.Value.Top, answer => answer.Text.Length == 0);
        Assert.All(result.Value.Top, answer => Assert.Equal(context[answer.Start..answer.End], answer.Text));
        Assert.Contains(result.Value.Top, answer => answer.Text == context);
    }

    [Fact]
    public async Task WarmUp_Model_RunsARealQuestion()
    {
        await using ServiceProvider services = Services(null);

        ModelIdentity identity = await services.GetRequiredService<IModelRegistry>().WarmUpAsync("qa", Token);

        Assert.Equal("qa", identity.Name);
    }

    [Fact]
    public async Task EncodedPipeline_JsonIn_JsonOut()
    {
        await using ServiceProvider services = Services(null);
        var pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("qa");
        ReadOnlyMemory<byte>[] requests =
        [
            """{"question": "where?", "context": "the Z fox"}"""u8.ToArray(), """{"question": "where?"}"""u8.ToArray(), "plain"u8.ToArray(),
        ];

        IReadOnlyList<InferenceResult> results = await pipeline.RunAsync(requests, Token);

        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream))
        {
            pipeline.WriteValue(results[0], writer);
        }

        Assert.StartsWith("""{"top":[{"text":"Z","score":""", Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
        Assert.IsType<InvalidInputException>(results[1].Error);
        Assert.IsType<InvalidInputException>(results[2].Error);
    }

    [Fact]
    public void Options_Defaults_AreThoseOfHuggingFace()
    {
        var options = new QuestionAnsweringOptions();

        Assert.Equal((1, 384, null), (options.TopK, options.MaxLength, options.Stride));
        Assert.Equal((15, false, true), (options.MaxAnswerTokens, options.AllowNoAnswer, options.AlignToWords));
    }

    [Fact]
    public async Task Options_OutOfRange_AreAllReported()
    {
        await using ServiceProvider services = Services(static options =>
        {
            options.TopK = 0;
            options.MaxLength = 1;
        });

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>("qa"));
        Assert.Equal(2, exception.Failures.Count());
    }

    private ServiceProvider Services(Action<QuestionAnsweringOptions>? configure)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("qa", model => model.FromFileSystem(_folder).UseQuestionAnswering(configure));
        return services.BuildServiceProvider();
    }
}

using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Text;
using ServerlessInference.Text.Tests.Support;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.PublicApi.Text;

/// <summary>Runs a text pipeline with tokenizers that are written from outside, as an application would.</summary>
public sealed class CustomTokenizerTests : IDisposable
{
    // The model's logits are the token ids themselves, so that the word with the highest id is the answer.
    private static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "who", "is", "the", "at", "door", "fox"];

    private readonly string _folder = Directory.CreateTempSubdirectory("custom-tokenizer-").FullName;

    public CustomTokenizerTests() => File.WriteAllBytes(Path.Combine(_folder, "model.onnx"), TestOnnx.IdsAsLogits());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<ITokenizer> Tokenizers =>
    [
        new Tokenizer(
            new WordListModel(Words),
            new TokenizerOptions { Template = SequenceTemplate.CreateBert(2, 3), ClassTokenId = 2, UnknownTokenId = 1 }),
        new WordListTokenizer(Words),
    ];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public async Task QuestionAnswering_TokenizerOfTheApplication_AnswersFromTheContext(ITokenizer tokenizer)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("qa", model => model
            .FromFileSystem(_folder)
            .UseTokenizer(tokenizer)
            .UseQuestionAnswering());
        await using ServiceProvider provider = services.BuildServiceProvider();
        var pipeline = provider.GetRequiredService<IInferencePipeline<Question, QuestionAnswers>>();

        InferenceResult<QuestionAnswers> result = await pipeline.RunAsync(
            new Question("who is at the door", "the quick fox is at the door"), TestContext.Current.CancellationToken);

        Assert.Equal("fox", result.Value.Top[0].Text);
        Assert.Equal(10, result.Value.Top[0].Start);
    }

    [Fact]
    public async Task QuestionAnswering_TokenizerOfTheModelsFiles_IsCreatedOncePerLoadedModel()
    {
        File.WriteAllLines(Path.Combine(_folder, "words.txt"), Words);
        int created = 0;
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("qa", model => model
            .FromFileSystem(_folder)
            .UseQuestionAnswering(options => options.MaxLength = 12)
            .UseTokenizer(files =>
            {
                created++;
                return files.TryGetFile("words.txt", out var file)
                    ? new WordListTokenizer(System.Text.Encoding.UTF8.GetString(file.ReadAllBytes(1000).Span).Split('\n'))
                    : throw new ModelLoadException("There is no words.txt next to the model. Copy it there.");
            }));
        await using ServiceProvider provider = services.BuildServiceProvider();
        var pipeline = provider.GetRequiredService<IInferencePipeline<Question, QuestionAnswers>>();
        Question[] questions = [new("who", "the fox"), new("who", "at the door")];

        IReadOnlyList<InferenceResult<QuestionAnswers>> results = await pipeline.RunBatchAsync(
            questions, TestContext.Current.CancellationToken);

        Assert.Equal(["fox", "door"], results.Select(result => result.Value.Top[0].Text));
        Assert.Equal(1, created);
    }

    /// <summary>The shortest way: a token per word, the rest comes from <see cref="Tokenizer"/>.</summary>
    private sealed class WordListModel(string[] words) : ITokenModel
    {
        public int VocabularySize => words.Length;

        public int? GetTokenId(string token) => Array.IndexOf(words, token) is >= 0 and var id ? id : null;

        public string? GetToken(int id) => id >= 0 && id < words.Length ? words[id] : null;

        public void Tokenize(ReadOnlySpan<char> text, TokenSequence tokens, int limit)
        {
            int word = 0;
            foreach (Range range in text.Split(' '))
            {
                (int start, int length) = range.GetOffsetAndLength(text.Length);
                if (length > 0 && tokens.Count < limit)
                {
                    tokens.Add(GetTokenId(text[range].ToString()) ?? 1, start, start + length, word++);
                }
            }
        }

        public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => string.Join(' ', ids.ToArray().Select(GetToken));
    }

    /// <summary>The long way: sequences of its own, in one window.</summary>
    private sealed class WordListTokenizer(string[] words) : ITokenizer
    {
        private readonly WordListModel _model = new(words);

        public int VocabularySize => words.Length;

        public int? PadTokenId => 0;

        public int? ClassTokenId => 2;

        public int? ModelMaxLength => null;

        public int? GetTokenId(string token) => _model.GetTokenId(token);

        public string? GetToken(int id) => _model.GetToken(id);

        public int CountSpecialTokens(bool isPair) => isPair ? 3 : 2;

        public void Encode(ReadOnlySpan<char> text, TokenEncoding result, EncodeOptions? options = null)
        {
            result.Clear();
            result.AddSpecialTokens([2]);
            Add(result, text, 0);
        }

        public void EncodePair(ReadOnlySpan<char> first, ReadOnlySpan<char> second, TokenEncoding result, EncodeOptions? options = null)
        {
            Encode(first, result, options);
            Add(result, second, 1);
        }

        public void EncodeBatch(ReadOnlySpan<TextPair> inputs, TokenBatch batch, EncodeOptions? options = null)
        {
            batch.Clear();
            foreach (TextPair input in inputs)
            {
                EncodePair(input.First, input.Second, batch.Add(), options);
            }
        }

        public void EncodeWindows(ReadOnlySpan<char> text, TokenBatch windows, EncodeOptions options)
        {
            windows.Clear();
            Encode(text, windows.Add(), options);
        }

        public void EncodeWindows(ReadOnlySpan<char> first, ReadOnlySpan<char> second, TokenBatch windows, EncodeOptions options)
        {
            windows.Clear();
            EncodePair(first, second, windows.Add(), options);
        }

        public int EncodeIds(ReadOnlySpan<char> text, Span<int> ids)
        {
            var tokens = new TokenSequence();
            _model.Tokenize(text, tokens, ids.Length);
            tokens.Ids.CopyTo(ids);
            return tokens.Count;
        }

        public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true) => _model.Decode(ids, skipSpecialTokens);

        private void Add(TokenEncoding result, ReadOnlySpan<char> text, int sequence)
        {
            var tokens = new TokenSequence();
            _model.Tokenize(text, tokens, int.MaxValue);
            result.AddTokens(tokens.Ids, tokens.WordIds, tokens.Offsets, sequence, sequence);
            result.AddSpecialTokens([3], sequence);
        }
    }
}

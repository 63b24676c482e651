using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Lambda;
using ServerlessInference.Testing;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Functions with models that do not use WordPiece, from an HTTP event to the answer. What is expected is computed from the tokens
/// that Hugging Face's Rust library gives.</summary>
public sealed class TextFunctionTests : IDisposable
{
    private const float Tolerance = 1e-4f;

    private readonly string _folder = Directory.CreateTempSubdirectory("text-function-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task QuestionAnswering_Roberta_AnswersFromTheContext()
    {
        JsonElement golden = Prepare("roberta-base", TransformerModel.QuestionAnswering);
        await using InMemoryFunction function = await StartAsync(
            static model => model.UseQuestionAnswering(static options => options.AlignToWords = false));
        using var session = new InferenceSession(Path.Combine(_folder, "model.onnx"));
        int answers = 0;
        foreach (JsonElement pair in golden.GetProperty("pairs").EnumerateArray())
        {
            string question = pair.GetProperty("a").GetString()!;
            string context = pair.GetProperty("b").GetString()!;
            if (string.IsNullOrWhiteSpace(question) || string.IsNullOrWhiteSpace(context) || HasSurrogates(context)
                || pair.GetProperty("ids").GetArrayLength() > 384)
            {
                continue;
            }

            (string text, int start, int end, double score) = FindAnswer(session, pair, context);
            JsonElement answer = await AskAsync(function, writer =>
            {
                writer.WriteString("question", question);
                writer.WriteString("context", context);
            });
            JsonElement top = answer.GetProperty("top")[0];

            Assert.Equal((text, start, end),
                (top.GetProperty("text").GetString(), top.GetProperty("start").GetInt32(), top.GetProperty("end").GetInt32()));
            Assert.Equal(score, top.GetProperty("score").GetDouble(), Tolerance);
            answers++;
        }

        Assert.True(answers > 10, $"Only {answers} answers were compared.");
    }

    [Fact]
    public async Task TextClassification_RobertaPair_HasTwoSeparatorsBetweenTheTexts()
    {
        JsonElement golden = Prepare("roberta-base", TransformerModel.Classification);
        await using InMemoryFunction function = await StartAsync(static model => model.UseTextClassification(
            static options => options.TopK = 3));
        using var session = new InferenceSession(Path.Combine(_folder, "model.onnx"));
        int count = 0;
        foreach (JsonElement pair in golden.GetProperty("pairs").EnumerateArray())
        {
            float[] logits = Run(session, pair, "logits");
            double sum = logits.Sum(static logit => Math.Exp(logit));
            JsonElement answer = await AskAsync(function, writer =>
            {
                writer.WriteString("text", pair.GetProperty("a").GetString());
                writer.WriteString("textPair", pair.GetProperty("b").GetString());
            });
            double[] expected = [.. logits.Select(logit => Math.Exp(logit) / sum).OrderDescending()];
            double[] scores =
                [.. answer.GetProperty("top").EnumerateArray().Select(static label => label.GetProperty("score").GetDouble())];

            Assert.Equal(expected, scores, static (a, b) => Math.Abs(a - b) < Tolerance);
            count++;
        }

        Assert.True(count > 10, $"Only {count} pairs were compared.");
    }

    [Theory]
    [InlineData("xlm-roberta-made")]
    [InlineData("bge-m3-made")]
    [InlineData("mpnet")]
    public async Task TextEmbeddings_SentenceModel_PoolsTheTokensOfRust(string family)
    {
        JsonElement golden = Prepare(family, TransformerModel.Vectors);
        await using InMemoryFunction function = await StartAsync(static model => model.UseTextEmbeddings());
        using var session = new InferenceSession(Path.Combine(_folder, "model.onnx"));
        int count = 0;
        foreach (JsonElement item in golden.GetProperty("cases").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            int length = item.GetProperty("ids").GetArrayLength();
            if (text.Length == 0 || length > 500 || count == 150)
            {
                continue;
            }

            float[] expected = Pool(Run(session, item, "last_hidden_state"), length);
            JsonElement answer = await AskAsync(function, writer => writer.WriteString("text", text));
            float[] vector = [.. answer.GetProperty("vector").EnumerateArray().Select(static value => value.GetSingle())];

            Assert.Equal(expected, vector, static (a, b) => Math.Abs(a - b) < Tolerance);
            count++;
        }

        Assert.True(count > 50, $"Only {count} texts were compared.");
    }

    /// <summary>Puts the family's tokenizer and a model next to each other and returns the family's golden encodings.</summary>
    private JsonElement Prepare(string family, Func<int, byte[]> writeModel)
    {
        byte[] tokenizer = Unpack("tokenizers", family, "tokenizer.json.gz");
        File.WriteAllBytes(Path.Combine(_folder, "tokenizer.json"), tokenizer);
        int vocabulary = Tokenizers.Tokenizer.FromTokenizerJson(tokenizer).VocabularySize + 100;
        File.WriteAllBytes(Path.Combine(_folder, "model.onnx"), writeModel(vocabulary));
        File.WriteAllText(
            Path.Combine(_folder, "config.json"),
            """{"model_type": "roberta", "max_position_embeddings": 514, "id2label": {"0": "a", "1": "b", "2": "c"}}""");
        using JsonDocument document = JsonDocument.Parse(Unpack("golden", "tokenizers", family + ".json.gz"));
        return document.RootElement.Clone();
    }

    private Task<InMemoryFunction> StartAsync(Action<Registration.ModelBuilder> usePipeline) => InMemoryFunction.StartAsync(
        builder =>
        {
            builder.Services.AddServerlessInference().AddModel("text", model => usePipeline(model.FromFileSystem(_folder)));
            builder.MapHttp("text");
        },
        cancellationToken: Token);

    private static async Task<JsonElement> AskAsync(InMemoryFunction function, Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        string request = LambdaEvents.HttpApiText("POST", "/", System.Text.Encoding.UTF8.GetString(body.ToArray()));
        HttpResult result = (await function.InvokeAsync(request, Token)).ReadHttp();
        Assert.Equal(200, result.Status);
        return result.ReadJson().GetProperty("result");
    }

    /// <summary>Runs the model on Rust's tokens.</summary>
    private static float[] Run(InferenceSession session, JsonElement encoding, string output)
    {
        long[] ids = [.. encoding.GetProperty("ids").EnumerateArray().Select(static id => id.GetInt64())];
        long[] mask = [.. encoding.GetProperty("mask").EnumerateArray().Select(static value => value.GetInt64())];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run(
        [
            NamedOnnxValue.CreateFromTensor("input_ids", new DenseTensor<long>(ids, [1, ids.Length])),
            NamedOnnxValue.CreateFromTensor("attention_mask", new DenseTensor<long>(mask, [1, mask.Length])),
        ]);
        return [.. outputs.Single(value => value.Name == output).AsEnumerable<float>()];
    }

    /// <summary>Finds the answer as transformers does: a softmax over the tokens of the context and the first token, and the span of at
    /// most 15 tokens of the context with the highest product of probabilities.</summary>
    private static (string Text, int Start, int End, double Score) FindAnswer(InferenceSession session, JsonElement pair, string context)
    {
        int?[] sequences = [.. pair.GetProperty("sequence_ids").EnumerateArray().Select(
            static id => id.ValueKind == JsonValueKind.Null ? (int?)null : id.GetInt32())];
        double[] starts = Softmax(Run(session, pair, "start_logits"), IsCandidate);
        double[] ends = Softmax(Run(session, pair, "end_logits"), IsCandidate);
        (int start, int end, double best) = (0, 0, -1);
        for (int s = 1; s < sequences.Length; s++)
        {
            for (int e = s; e < Math.Min(s + 15, sequences.Length); e++)
            {
                if (IsCandidate(s) && IsCandidate(e) && starts[s] * ends[e] > best)
                {
                    (start, end, best) = (s, e, starts[s] * ends[e]);
                }
            }
        }

        JsonElement offsets = pair.GetProperty("offsets");
        int from = offsets[start][0].GetInt32();
        int to = offsets[end][1].GetInt32();
        return (context[from..to], from, to, best);

        bool IsCandidate(int i) => sequences[i] == 1 || i == 0;
    }

    private static double[] Softmax(float[] logits, Func<int, bool> isCandidate)
    {
        double[] exponentials = [.. logits.Select((logit, i) => isCandidate(i) ? Math.Exp(logit) : 0)];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(value => value / sum)];
    }

    /// <summary>The mean over all tokens, scaled to length 1.</summary>
    private static float[] Pool(float[] vectors, int length)
    {
        int size = vectors.Length / length;
        double[] sums = new double[size];
        for (int i = 0; i < vectors.Length; i++)
        {
            sums[i % size] += vectors[i];
        }

        double norm = Math.Sqrt(sums.Sum(static sum => sum * sum));
        return [.. sums.Select(sum => (float)(sum / norm))];
    }

    private static bool HasSurrogates(string text) => text.Any(char.IsSurrogate);

    private static byte[] Unpack(params string[] parts)
    {
        using var packed = new GZipStream(File.OpenRead(Reference.File(parts)), CompressionMode.Decompress);
        var file = new MemoryStream();
        packed.CopyTo(file);
        return file.ToArray();
    }
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Text;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Text pipelines on real models, through ONNX Runtime.</summary>
public sealed class TextPipelineParityTests
{
    private const float Tolerance = 1e-5f;

    [Fact]
    public async Task TextLabelPrediction_SmsModelWithoutItsLocale_GivesTheGoldenProbabilities()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Reference.File("golden", "sklearn", "sms_lr_tfidf.json")));
        JsonElement[] cases = [.. golden.RootElement.GetProperty("cases").EnumerateArray()];
        await using ServiceProvider services = Services(
            "sms", Reference.File("sklearn", "sms_lr_tfidf.onnx"), static model => model.UseTextLabelPrediction());
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<string, LabelPrediction>>("sms");

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await pipeline.RunBatchAsync(
            [.. cases.Select(static item => item.GetProperty("text").GetString()!)], TestContext.Current.CancellationToken);

        for (int i = 0; i < cases.Length; i++)
        {
            LabelPrediction prediction = results[i].Value;
            Assert.Equal(
                cases[i].GetProperty("label").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture), prediction.Label);
            float[] expected = [.. cases[i].GetProperty("probabilities").EnumerateArray().Select(static p => p.GetSingle())];
            for (int c = 0; c < expected.Length; c++)
            {
                Assert.True(
                    Math.Abs(expected[c] - prediction.Probabilities[c].Score) < Tolerance,
                    $"case {i}: {prediction.Probabilities[c].Score} != {expected[c]}");
            }
        }
    }

    [Fact]
    public async Task TextLabelPrediction_LocaleUnchanged_LoadsOrExplains()
    {
        await using ServiceProvider services = Services(
            "sms",
            Reference.File("sklearn", "sms_tiny_exp0002.onnx"),
            static model => model.UseTextLabelPrediction(static options => options.Locale = null));
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<string, LabelPrediction>>("sms");
        try
        {
            await pipeline.RunAsync("free prize", TestContext.Current.CancellationToken);
        }
        catch (ModelLoadException exception)
        {
            // A system without en_US.UTF-8, such as Lambda's.
            Assert.Contains("locale", exception.Message, StringComparison.Ordinal);
            Assert.Contains("C.UTF-8", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("C.UTF-8")]
    [InlineData("C")]
    public async Task TextLabelPrediction_TinyModel_LoadsWithAvailableLocale(string locale)
    {
        await using ServiceProvider services = Services(
            "sms",
            Reference.File("sklearn", "sms_tiny_exp0002.onnx"),
            model => model.UseTextLabelPrediction(options => options.Locale = locale));
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<string, LabelPrediction>>("sms");

        InferenceResult<LabelPrediction> result = await pipeline.RunAsync("Free prize! Call now.", TestContext.Current.CancellationToken);

        Assert.Equal(1, result.Value.Probabilities.Sum(static score => score.Score), 4);
    }

    [Fact]
    public async Task TextEmbeddings_TinyBert_FirstTokenVectorIsGolden()
    {
        string folder = Directory.CreateTempSubdirectory("tinybert-").FullName;
        try
        {
            File.Copy(Reference.File("bert", "tinybert.onnx"), Path.Combine(folder, "model.onnx"));
            File.Copy(Reference.File("bert", "tinybert-tokenizer.json"), Path.Combine(folder, "tokenizer.json"));
            using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Reference.File("golden", "bert", "tinybert_run.json")));
            JsonElement[] cases = [.. golden.RootElement.GetProperty("cases").EnumerateArray()];
            await using ServiceProvider services = Services("bert", folder, static model => model.UseTextEmbeddings(static options =>
            {
                options.Pooling = TextPooling.Class;
                options.Normalize = false;
            }));
            var pipeline = services.GetRequiredKeyedService<IInferencePipeline<string, TextEmbedding>>("bert");

            // One by one, as in the golden run, and as a padded batch, where the mask must keep padding out of the result.
            string[] texts = [.. cases.Select(static item => item.GetProperty("text").GetString()!)];
            IReadOnlyList<InferenceResult<TextEmbedding>> together = await pipeline.RunBatchAsync(
                texts, TestContext.Current.CancellationToken);
            for (int i = 0; i < cases.Length; i++)
            {
                float[] expected = [.. cases[i].GetProperty("output_0_cls").EnumerateArray().Select(static p => p.GetSingle())];
                InferenceResult<TextEmbedding> alone = await pipeline.RunAsync(texts[i], TestContext.Current.CancellationToken);
                Check(expected, alone.Value.Vector.Span, i);
                Check(expected, together[i].Value.Vector.Span, i);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Check(float[] expected, ReadOnlySpan<float> actual, int index)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int c = 0; c < expected.Length; c++)
        {
            Assert.True(Math.Abs(expected[c] - actual[c]) < Tolerance, $"case {index}, component {c}: {actual[c]} != {expected[c]}");
        }
    }

    private static ServiceProvider Services(string name, string path, Action<ModelBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel(name, model => configure(model.FromFileSystem(path)));
        return services.BuildServiceProvider();
    }
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Text.Tests.StringModels;

/// <summary>The scoring model of the repository answers as the scikit-learn pipeline that it was made from.</summary>
public sealed class ScoringModelTests
{
    // float32 against scikit-learn's float64.
    private const float Tolerance = 1e-5f;

    private static readonly string Folder = Repository.Model("text-scoring");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("C.UTF-8")]
    [InlineData(null)] // the model as it is: its own locale is there on Lambda
    public async Task RunBatchAsync_HeldOutAndOddTexts_GivesScikitLearnsProbabilities(string? locale)
    {
        await using ServiceProvider services = Services(locale);
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<string, LabelPrediction>>("messages");
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        JsonElement[] cases = [.. expected.RootElement.GetProperty("cases").EnumerateArray()];
        string[] labels = [.. expected.RootElement.GetProperty("labels").EnumerateArray().Select(static label => label.GetString()!)];

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await pipeline.RunBatchAsync(
            [.. cases.Select(static item => item.GetProperty("text").GetString()!)], Token);

        Assert.Equal(cases.Length, results.Count);
        Assert.All(cases.Zip(results), pair =>
        {
            LabelPrediction prediction = pair.Second.Value;
            Assert.Equal(pair.First.GetProperty("label").GetString(), prediction.Label);
            Dictionary<string, float> scores = prediction.Probabilities.ToDictionary(static item => item.Label, static item => item.Score);
            Assert.Equal(labels.Order(StringComparer.Ordinal), scores.Keys.Order(StringComparer.Ordinal));
            foreach ((string label, JsonElement probability) in labels.Zip(pair.First.GetProperty("probabilities").EnumerateArray()))
            {
                Assert.Equal(probability.GetSingle(), scores[label], Tolerance);
            }
        });
    }

    [Fact]
    public async Task RunAsync_OneText_AnswersAsInABatch()
    {
        await using ServiceProvider services = Services("C.UTF-8");
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<string, LabelPrediction>>("messages");

        InferenceResult<LabelPrediction> result = await pipeline.RunAsync("WHERE IS MY PARCEL?", Token);

        Assert.Equal("delivery", result.Value.Label);
    }

    private static ServiceProvider Services(string? locale)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("messages", model => model
            .FromFileSystem(Folder)
            .UseTextLabelPrediction(options => options.Locale = locale));
        return services.BuildServiceProvider();
    }
}

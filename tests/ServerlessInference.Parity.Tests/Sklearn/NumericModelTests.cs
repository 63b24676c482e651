using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Pipelines;
using ServerlessInference.Tensors;

namespace ServerlessInference.Parity.Tests.Sklearn;

/// <summary>Compares classical models and small networks with onnxruntime-node 1.30.0: labels are identical, numbers within 1e-5.</summary>
public sealed class NumericModelTests
{
    // Other releases of ONNX Runtime may sum float32 in a different order. The tolerance is relative for logits, which reach thousands.
    private const float Tolerance = 1e-5f;

    [Theory]
    [InlineData("rf")]
    [InlineData("tri")]
    [InlineData("lrm")]
    [InlineData("mn0")]
    [InlineData("mp0")]
    [InlineData("mn1")]
    [InlineData("mp1")]
    public async Task NamedValues_GoldenInputs_GiveGoldenOutputs(string name)
    {
        JsonElement golden = ReferenceModels.Golden("golden/sklearn/numeric_models.json").GetProperty(name);
        NamedValues inputs = [];
        foreach (JsonProperty feed in golden.GetProperty("feeds").EnumerateObject())
        {
            inputs[feed.Name] = TensorValue.Create(Floats(feed.Value.GetProperty("data")), Shape(feed.Value));
        }

        NamedValues outputs = await ReferenceModels.RunAsync(Reference.File(golden.GetProperty("model").GetString()!), inputs);

        foreach (JsonProperty output in golden.GetProperty("outputs").EnumerateObject())
        {
            float[] expected = Floats(output.Value.GetProperty("data"));
            TensorValue tensor = outputs.Tensor(output.Name);
            Assert.Equal(Shape(output.Value), tensor.Shape.ToArray());
            for (int i = 0; i < expected.Length; i++)
            {
                float found = tensor.ElementTypeIsFloat() ? tensor.Elements<float>()[i] : tensor.Elements<long>()[i];
                Assert.Equal(expected[i], found, tensor.ElementTypeIsFloat() ? Tolerance * Math.Max(1, Math.Abs(expected[i])) : 0);
            }
        }
    }

    [Theory]
    [InlineData("rf", "X", "output_label")]
    [InlineData("lrm", "float_input", "output_label")]
    public async Task LabelPrediction_GoldenRows_GiveGoldenLabels(string name, string input, string output)
    {
        JsonElement golden = ReferenceModels.Golden("golden/sklearn/numeric_models.json").GetProperty(name);
        string[] expected = [.. Floats(golden.GetProperty("outputs").GetProperty(output).GetProperty("data"))
            .Select(label => ((int)label).ToString(System.Globalization.CultureInfo.InvariantCulture))];

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await PredictAsync(golden, input);

        Assert.Equal(expected, results.Select(result => result.Value.Label));
        Assert.All(results, result =>
        {
            Assert.Equal(1f, result.Value.Probabilities.Sum(score => score.Score), 1e-4f);
            Assert.Equal(result.Value.Label, result.Value.Probabilities.MaxBy(score => score.Score).Label);
        });
    }

    [Fact]
    public async Task LabelPrediction_ProbabilitiesOnly_ReturnsLabelOfHighest()
    {
        JsonElement golden = ReferenceModels.Golden("golden/sklearn/numeric_models.json").GetProperty("tri");
        float[] expected = Floats(golden.GetProperty("outputs").GetProperty("output").GetProperty("data"));

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await PredictAsync(golden, "input");

        Assert.All(results, result => Assert.Equal("1", result.Value.Label));
        float[] found = [.. results.SelectMany(result => result.Value.Probabilities).Select(score => score.Score)];
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    private static async Task<IReadOnlyList<InferenceResult<LabelPrediction>>> PredictAsync(JsonElement golden, string input)
    {
        JsonElement feed = golden.GetProperty("feeds").GetProperty(input);
        float[] data = Floats(feed.GetProperty("data"));
        int width = (int)Shape(feed)[1];
        await using ServiceProvider services = ReferenceModels.Services(
            Reference.File(golden.GetProperty("model").GetString()!), model => model.UseLabelPrediction());
        return await services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>().RunBatchAsync(
            [.. data.Chunk(width).Select(row => (ReadOnlyMemory<float>)row)], TestContext.Current.CancellationToken);
    }

    private static float[] Floats(JsonElement data) => [.. data.EnumerateArray().Select(number => number.GetSingle())];

    private static long[] Shape(JsonElement tensor) => [.. tensor.GetProperty("dims").EnumerateArray().Select(axis => axis.GetInt64())];
}

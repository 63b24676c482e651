using System.Text.Json;
using ServerlessInference.Tensors;

namespace ServerlessInference.Parity.Tests.Sklearn;

/// <summary>
/// A scikit-learn text model whose StringNormalizer requires the locale en_US. If the system has it, labels are identical and probabilities
/// within 1e-5. If not, the model cannot be loaded and the error explains what to do.
/// </summary>
public sealed class TextModelTests
{
    [Fact]
    public async Task RunAsync_Messages_GiveGoldenLabelsOrExplainTheLocale()
    {
        JsonElement golden = ReferenceModels.Golden("golden/sklearn/sms_lr_tfidf.json");
        JsonElement[] cases = [.. golden.GetProperty("cases").EnumerateArray()];
        string[] texts = [.. cases.Select(item => item.GetProperty("text").GetString()!)];
        NamedValues outputs;
        try
        {
            outputs = await ReferenceModels.RunAsync(
                Reference.File("sklearn/sms_lr_tfidf.onnx"), new NamedValues { ["input"] = TensorValue.Create(texts, texts.Length, 1) });
        }
        catch (ModelLoadException error)
        {
            Assert.Contains(
                "it requires a locale that this system does not have, as text models of scikit-learn do. " +
                "Set the locale attribute of the node to 'C.UTF-8', or LOCPATH to a directory with the compiled locale.",
                error.Message, StringComparison.Ordinal);
            TestContext.Current.TestOutputHelper?.WriteLine(
                "The locale is absent here: the error that explains it was checked, not the labels.");
            return;
        }

        TestContext.Current.TestOutputHelper?.WriteLine("The locale is there: labels and probabilities were checked.");
        float[] probabilities = outputs.Tensor("probabilities").Elements<float>().ToArray();
        Assert.Equal(cases.Select(item => item.GetProperty("label").GetInt64()), outputs.Tensor("label").Elements<long>().ToArray());
        float[] expected =
        [
            .. cases.SelectMany(item => item.GetProperty("probabilities").EnumerateArray()).Select(number => number.GetSingle())
        ];
        Assert.Equal(expected.Length, probabilities.Length);
        Assert.All(expected.Zip(probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }
}

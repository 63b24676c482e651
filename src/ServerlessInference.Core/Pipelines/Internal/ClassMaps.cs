using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Reads class scores from a sequence of maps, one per input, from the name of a class to its score (<c>ZipMap</c>).</summary>
internal static class ClassMaps
{
    public static void Answer<TAnswer>(
        InferenceBatch batch, int output, Memory<TAnswer> answers, int topK, float minScore, Func<LabelScore[], TAnswer> create)
    {
        if (batch.GetOutputValue(output) is not SequenceValue sequence || sequence.Items.Count < answers.Length)
        {
            throw CreateException(batch, output, $"it has fewer maps than the {answers.Length} inputs of the batch");
        }

        for (int row = 0; row < answers.Length; row++)
        {
            if (batch.GetFailure(row) is null)
            {
                var map = sequence.Items[row] as MapValue ?? throw CreateException(batch, output, "its items are not maps");
                float[] scores = ReadScores(map.Values, batch, output);
                answers.Span[row] = create(LabelScore.Best(scores, ReadNames(map.Keys), topK, minScore));
            }
        }
    }

    private static float[] ReadScores(TensorValue values, InferenceBatch batch, int output) => values.ElementType switch
    {
        TensorElementType.Float => values.Elements<float>().ToArray(),
        TensorElementType.Double =>
            Array.ConvertAll(values.Elements<double>().ToArray(), static score => (float)score),
        _ => throw CreateException(batch, output, "its maps do not contain floating-point numbers"),
    };

    private static string[] ReadNames(TensorValue keys) =>
        keys.ElementType == TensorElementType.String
            ? keys.Elements<string>().ToArray()
            : Array.ConvertAll(keys.Elements<long>().ToArray(), static key => key.ToString(CultureInfo.InvariantCulture));

    private static ModelContractException CreateException(InferenceBatch batch, int output, string reason) => new(
        $"Output {batch.Model.Description.Outputs[output]} of model '{batch.Model.Identity.Name}' was expected to be one map of scores " +
        $"per input, but {reason}. Export the model with a tensor of scores instead.");
}

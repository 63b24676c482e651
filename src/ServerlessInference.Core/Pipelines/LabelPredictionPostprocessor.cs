using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>
/// Reads the label and the probabilities from the outputs of scikit-learn's classifiers, as exported by skl2onnx and similar tools.
/// </summary>
/// <remarks>
/// <para>The labels are the first output that is a tensor of int64, int32 or string, <c>[n]</c> or <c>[n, 1]</c>. The probabilities are the
/// first float tensor <c>[n, classes]</c> or sequence of maps (<c>ZipMap</c>). If a model has only probabilities, the label is the one with
/// the highest probability.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class LabelPredictionPostprocessor : IPostprocessor<LabelPrediction>
{
    /// <inheritdoc/>
    public void Prepare(LoadedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (FindLabels(model.Description) < 0 && FindProbabilities(model.Description) < 0)
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", model.Description.Outputs)}; a label-and-probability " +
                "pipeline " +
                "needs a tensor of int64 or string with labels, or a float tensor [n, classes] or a sequence of maps with probabilities.");
        }
    }

    /// <inheritdoc/>
    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<LabelPrediction> outputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ModelDescription description = batch.Model.Description;
        int labelIndex = FindLabels(description);
        int probabilityIndex = FindProbabilities(description);
        TensorValue? labels = labelIndex < 0 ? null : (TensorValue)batch.GetOutputValue(labelIndex);
        InferenceValue? probabilities = probabilityIndex < 0 ? null : batch.GetOutputValue(probabilityIndex);
        if (labels is not null && labels.Length < outputs.Length)
        {
            throw new ModelContractException(
                $"The output {description.Outputs[labelIndex]} of model '{batch.Model.Identity.Name}' has {labels.Length} labels for " +
                $"{outputs.Length} inputs. One label per input was expected; set MaxBatchSize to 1 for a model that answers one input at " +
                "a time.");
        }

        for (int row = 0; row < outputs.Length; row++)
        {
            if (batch.GetFailure(row) is null)
            {
                LabelScore[] scores = probabilities is null ? [] : GetScores(probabilities, row, batch);
                string label = labels is not null ? GetLabel(labels, row) : FindBest(scores).Label;
                outputs.Span[row] = new LabelPrediction(label, scores);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static int FindLabels(ModelDescription description)
    {
        for (int i = 0; i < description.Outputs.Count; i++)
        {
            if (description.Outputs[i] is
                {
                    Kind: ValueKind.Tensor,
                    ElementType: TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.String,
                })
            {
                return i;
            }
        }

        return -1;
    }

    private static int FindProbabilities(ModelDescription description)
    {
        for (int i = 0; i < description.Outputs.Count; i++)
        {
            ValueDescription output = description.Outputs[i];
            if (output is { Kind: ValueKind.Sequence }
                or { Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Double })
            {
                return i;
            }
        }

        return -1;
    }

    private static LabelScore[] GetScores(InferenceValue probabilities, int row, InferenceBatch batch)
    {
        switch (probabilities)
        {
            case SequenceValue sequence when row < sequence.Items.Count && sequence.Items[row] is MapValue map:
                var scores = new LabelScore[map.Keys.Length];
                for (int i = 0; i < scores.Length; i++)
                {
                    scores[i] = new LabelScore(i, GetLabel(map.Keys, i), GetNumber(map.Values, i));
                }

                return scores;
            case TensorValue tensor when tensor.Shape.Length is 1 or 2 && tensor.Shape[0] > row:
                int classes = tensor.Length / (int)tensor.Shape[0];
                var ofRow = new LabelScore[classes];
                for (int i = 0; i < classes; i++)
                {
                    ofRow[i] = new LabelScore(i, i.ToString(CultureInfo.InvariantCulture), GetNumber(tensor, row * classes + i));
                }

                return ofRow;
            default:
                throw new ModelContractException(
                    $"The probabilities of model '{batch.Model.Identity.Name}' have no row {row}: " +
                    $"{(probabilities is TensorValue found ? found.ToString() : "a sequence")} for {batch.Count} inputs. One row per " +
                    "input was expected.");
        }
    }

    private static LabelScore FindBest(LabelScore[] scores)
    {
        LabelScore best = scores.Length > 0 ? scores[0] : new LabelScore(-1, string.Empty, 0);
        foreach (LabelScore score in scores)
        {
            best = score.Score > best.Score ? score : best;
        }

        return best;
    }

    private static string GetLabel(TensorValue labels, int index) => labels.ElementType switch
    {
        TensorElementType.String => labels.Elements<string>()[index],
        TensorElementType.Int64 => labels.Elements<long>()[index].ToString(CultureInfo.InvariantCulture),
        TensorElementType.Int32 => labels.Elements<int>()[index].ToString(CultureInfo.InvariantCulture),
        _ => throw new ModelContractException($"Labels must be int64, int32 or string, not {ElementTypes.GetName(labels.ElementType)}."),
    };

    private static float GetNumber(TensorValue numbers, int index) => numbers.ElementType switch
    {
        TensorElementType.Float => numbers.Elements<float>()[index],
        TensorElementType.Double => (float)numbers.Elements<double>()[index],
        _ => throw new ModelContractException(
            $"Probabilities must be float32 or float64, not {ElementTypes.GetName(numbers.ElementType)}."),
    };
}

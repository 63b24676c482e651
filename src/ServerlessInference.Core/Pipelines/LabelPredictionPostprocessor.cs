using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Reads the label and the probabilities that scikit-learn's classifiers give, as exported by skl2onnx and its kind.</summary>
/// <remarks>
/// <para>Reads the first output that is a tensor of int64, int32 or string, <c>[n]</c> or <c>[n, 1]</c>, as labels; and the first
/// float tensor <c>[n, classes]</c>, or sequence of maps (<c>ZipMap</c>), as probabilities. A model with probabilities alone gets
/// the label of the highest one.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class LabelPredictionPostprocessor : IPostprocessor<LabelPrediction>
{
    /// <inheritdoc/>
    public void Prepare(LoadedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (IndexOfLabels(model.Description) < 0 && IndexOfProbabilities(model.Description) < 0)
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", model.Description.Outputs)}; a label-and-probability pipeline needs " +
                "a tensor of int64 or string with labels, or a float tensor [n, classes] or a sequence of maps with probabilities.");
        }
    }

    /// <inheritdoc/>
    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<LabelPrediction> outputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ModelDescription description = batch.Model.Description;
        int labelIndex = IndexOfLabels(description);
        int probabilityIndex = IndexOfProbabilities(description);
        TensorValue? labels = labelIndex < 0 ? null : (TensorValue)batch.GetOutputValue(labelIndex);
        InferenceValue? probabilities = probabilityIndex < 0 ? null : batch.GetOutputValue(probabilityIndex);
        if (labels is not null && labels.Length < outputs.Length)
        {
            throw new ModelContractException(
                $"The output {description.Outputs[labelIndex]} of model '{batch.Model.Identity.Name}' has {labels.Length} labels for {outputs.Length} inputs. " +
                "One label for each input was expected; set MaxBatchSize to 1 for a model that answers one at a time.");
        }

        for (int row = 0; row < outputs.Length; row++)
        {
            if (batch.FailureOf(row) is null)
            {
                LabelScore[] scores = probabilities is null ? [] : Scores(probabilities, row, batch);
                string label = labels is not null ? LabelAt(labels, row) : Best(scores).Label;
                outputs.Span[row] = new LabelPrediction(label, scores);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static int IndexOfLabels(ModelDescription description)
    {
        for (int i = 0; i < description.Outputs.Count; i++)
        {
            if (description.Outputs[i] is { Kind: ValueKind.Tensor, ElementType: TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.String })
            {
                return i;
            }
        }

        return -1;
    }

    private static int IndexOfProbabilities(ModelDescription description)
    {
        for (int i = 0; i < description.Outputs.Count; i++)
        {
            ValueDescription output = description.Outputs[i];
            if (output is { Kind: ValueKind.Sequence } or { Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Double })
            {
                return i;
            }
        }

        return -1;
    }

    private static LabelScore[] Scores(InferenceValue probabilities, int row, InferenceBatch batch)
    {
        switch (probabilities)
        {
            case SequenceValue sequence when row < sequence.Items.Count && sequence.Items[row] is MapValue map:
                var scores = new LabelScore[map.Keys.Length];
                for (int i = 0; i < scores.Length; i++)
                {
                    scores[i] = new LabelScore(i, LabelAt(map.Keys, i), NumberAt(map.Values, i));
                }

                return scores;
            case TensorValue tensor when tensor.Shape.Length is 1 or 2 && tensor.Shape[0] > row:
                int classes = tensor.Length / (int)tensor.Shape[0];
                var row0 = new LabelScore[classes];
                for (int i = 0; i < classes; i++)
                {
                    row0[i] = new LabelScore(i, i.ToString(CultureInfo.InvariantCulture), NumberAt(tensor, row * classes + i));
                }

                return row0;
            default:
                throw new ModelContractException(
                    $"The probabilities of model '{batch.Model.Identity.Name}' have no row {row}: {(probabilities is TensorValue t ? t.ToString() : "a sequence")} " +
                    $"for {batch.Count} inputs. One row for each input was expected.");
        }
    }

    private static LabelScore Best(LabelScore[] scores)
    {
        LabelScore best = scores.Length > 0 ? scores[0] : new LabelScore(-1, string.Empty, 0);
        foreach (LabelScore score in scores)
        {
            best = score.Score > best.Score ? score : best;
        }

        return best;
    }

    private static string LabelAt(TensorValue labels, int index) => labels.ElementType switch
    {
        TensorElementType.String => labels.Elements<string>()[index],
        TensorElementType.Int64 => labels.Elements<long>()[index].ToString(CultureInfo.InvariantCulture),
        TensorElementType.Int32 => labels.Elements<int>()[index].ToString(CultureInfo.InvariantCulture),
        _ => throw new ModelContractException($"Labels are int64, int32 or string, not {ElementTypes.Name(labels.ElementType)}."),
    };

    private static float NumberAt(TensorValue numbers, int index) => numbers.ElementType switch
    {
        TensorElementType.Float => numbers.Elements<float>()[index],
        TensorElementType.Double => (float)numbers.Elements<double>()[index],
        _ => throw new ModelContractException($"Probabilities are float32 or float64, not {ElementTypes.Name(numbers.ElementType)}."),
    };
}

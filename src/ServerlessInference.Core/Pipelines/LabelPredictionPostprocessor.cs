using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>
/// Reads the label and the probabilities from the outputs of scikit-learn's classifiers, as exported by skl2onnx and similar tools.
/// </summary>
/// <remarks>
/// <para>The labels are the first output that is a tensor of int64, int32 or string, <c>[n]</c> or <c>[n, 1]</c>. The probabilities are a
/// float tensor <c>[n, classes]</c> or sequence of maps (<c>ZipMap</c>). If a model has only probabilities, the label is the one with
/// the highest probability.</para>
/// <para>Classes are named by the keys of the maps, by the classifier in the graph, by the output <c>class_labels</c>, or by the labels
/// next to the model (<see cref="ModelLabels"/>), which also replace classes that are numbers. If there are no names, classes are numbered,
/// as long as the labels of the model agree with that.</para>
/// <para>Models with several labels for a row, regressors, clustering and one output per class are refused. Thread-safe.</para>
/// </remarks>
public sealed class LabelPredictionPostprocessor : IPostprocessor<LabelPrediction>
{
    /// <inheritdoc/>
    public void Prepare(LoadedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _ = GetPlan(model);
    }

    /// <inheritdoc/>
    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<LabelPrediction> outputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        LabelPlan plan = GetPlan(batch.Model);
        ModelDescription description = batch.Model.Description;
        TensorValue? labels = plan.Label < 0 ? null : (TensorValue)batch.GetOutputValue(plan.Label);
        InferenceValue? probabilities = plan.Probabilities < 0 ? null : batch.GetOutputValue(plan.Probabilities);
        if (labels is not null && labels.Length < outputs.Length)
        {
            throw new ModelContractException(
                $"The output {description.Outputs[plan.Label]} of model '{batch.Model.Identity.Name}' has {labels.Length} labels for " +
                $"{outputs.Length} inputs. One label per input was expected; set MaxBatchSize to 1 for a model that answers one input at " +
                "a time.");
        }

        IReadOnlyList<string>? names = plan.NamesOutput < 0 ? plan.Names : ReadNames((TensorValue)batch.GetOutputValue(plan.NamesOutput));
        for (int row = 0; row < outputs.Length; row++)
        {
            if (batch.GetFailure(row) is null)
            {
                string? label = labels is null ? null : GetLabel(labels, row);
                LabelScore[] scores = probabilities is null ? [] : GetScores(probabilities, row, batch, names, label);
                outputs.Span[row] = new LabelPrediction(label is null ? FindBest(scores).Label : plan.Rename(label), scores);
            }
        }

        return ValueTask.CompletedTask;
    }

    private LabelPlan GetPlan(LoadedModel model) => model.GetOrCreate(this, LabelPlan.Create);

    private static string[] ReadNames(TensorValue labels)
    {
        string[] names = new string[labels.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = GetLabel(labels, i);
        }

        return names;
    }

    private static LabelScore[] GetScores(
        InferenceValue probabilities, int row, InferenceBatch batch, IReadOnlyList<string>? names, string? label)
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
                if (names is not null && names.Count != classes)
                {
                    throw new ModelContractException(
                        $"The probabilities of model '{batch.Model.Identity.Name}' are {tensor}, but there are {names.Count} class " +
                        "names. Load the labels that belong to this model.");
                }

                var ofRow = new LabelScore[classes];
                for (int i = 0; i < classes; i++)
                {
                    string name = names is not null ? names[i] : i.ToString(CultureInfo.InvariantCulture);
                    ofRow[i] = new LabelScore(i, name, GetNumber(tensor, row * classes + i));
                }

                CheckNumbering(ofRow, names, label, batch);
                return ofRow;
            default:
                throw new ModelContractException(
                    $"The probabilities of model '{batch.Model.Identity.Name}' have no row {row}: " +
                    $"{(probabilities is TensorValue found ? found.ToString() : "a sequence")} for {batch.Count} inputs. One row per " +
                    "input was expected.");
        }
    }

    // Without names, columns can only be numbered, which is wrong for classes such as 1, 3 and 5.
    private static void CheckNumbering(LabelScore[] scores, IReadOnlyList<string>? names, string? label, InferenceBatch batch)
    {
        if (names is null && label is not null && scores.Length > 1 && FindBest(scores) is { } best && best.Label != label
            && !Array.Exists(scores, score => score.Label == label && score.Score == best.Score))
        {
            throw new ModelContractException(
                $"Model '{batch.Model.Identity.Name}' does not say which class each of its {scores.Length} probabilities belongs to: " +
                "they are highest in another column than its label says. Add a labels.txt with the classes in the order of the columns " +
                "(classes_ in scikit-learn) next to the model.");
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

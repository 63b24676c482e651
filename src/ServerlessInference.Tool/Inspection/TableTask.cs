using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Tool.Inspection;

/// <summary>Judges the task of a model of scikit-learn: its inputs are a table of numbers, or one input for each column.</summary>
internal static class TableTask
{
    private const string ScikitLearn = "scikit-learn";

    public static ModelTask Detect(ModelDescription model)
    {
        if (model.Inputs.Count == 0 || !model.Inputs.All(IsColumn))
        {
            return new ModelTask(null, null);
        }

        ValueDescription? label = model.Outputs.FirstOrDefault(output => output is
            { Kind: ValueKind.Tensor, ElementType: TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.String });
        bool hasScores = model.Outputs.Any(output => output is { Kind: ValueKind.Sequence } || IsFloat(output));
        if (label is null)
        {
            return IsNumber(model) ? new ModelTask("tabular-regression", ScikitLearn) : new ModelTask(null, null);
        }

        if (!hasScores)
        {
            return new ModelTask(null, null);
        }

        if (label.Shape.Length == 2 && label.Shape[1] > 1)
        {
            return new ModelTask("tabular-classification", "scikit-learn, several labels for each row");
        }

        bool isClustering = model.Outputs.Any(output => output.Name is "scores" or "distances");
        bool isText = model.Inputs is [{ ElementType: TensorElementType.String }];
        return new ModelTask(isClustering ? "clustering" : isText ? "text-classification" : "tabular-classification", ScikitLearn);
    }

    private static bool IsColumn(ValueDescription input) => input is { Kind: ValueKind.Tensor, Shape.Length: 1 or 2 };

    private static bool IsNumber(ModelDescription model) =>
        model.Outputs is [{ Shape: [_] or [_, 1] } only] && IsFloat(only);

    private static bool IsFloat(ValueDescription output) =>
        output is { Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Double };
}

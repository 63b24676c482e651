using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>The outputs of a model with the logits of the start and of the end of an answer.</summary>
/// <param name="Start">The index of the output with start logits.</param>
/// <param name="End">The index of the output with end logits.</param>
internal sealed record LogitOutputs(int Start, int End)
{
    /// <summary>Finds the outputs: by names, or two outputs with a logit for each token.</summary>
    /// <exception cref="ModelContractException">The model has no such outputs.</exception>
    internal static LogitOutputs Find(LoadedModel model)
    {
        model.Decide(new ModelDecision("task", "question-answering", "the pipeline"));
        ModelDescription description = model.Description;
        List<int> candidates = FindCandidates(description);
        int start = description.IndexOfOutput("start_logits");
        int end = description.IndexOfOutput("end_logits");
        string origin = "their names";
        if (start < 0 || end < 0)
        {
            start = FindNamed(description, candidates, "start");
            end = FindNamed(description, candidates, "end");
        }

        bool isGuess = false;
        if ((start < 0 || end < 0) && candidates.Count == 2)
        {
            // TensorFlow's export of BERT splits one tensor into unstack:0 and unstack:1.
            (start, end) = (candidates[0], candidates[1]);
            origin = "they are the only outputs with a logit for each token, and the start usually comes first";
            isGuess = !description.Outputs[start].Name.StartsWith("unstack:", StringComparison.Ordinal);
        }

        if (start < 0 || end < 0 || start == end)
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", description.Outputs)}; question answering needs " +
                "start_logits and end_logits of float [n, length]. Export the model for the task question-answering.");
        }

        model.Decide(new ModelDecision(
            "output", $"{description.Outputs[start].Name} and {description.Outputs[end].Name}", origin, isGuess));
        return new LogitOutputs(start, end);
    }

    // Hidden states have a vector for each token, and pooled vectors have one for each text.
    private static List<int> FindCandidates(ModelDescription description)
    {
        var candidates = new List<int>();
        for (int i = 0; i < description.Outputs.Count; i++)
        {
            ValueDescription output = description.Outputs[i];
            bool isFloat = output is { Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Float16 };
            bool isPerToken = output.Shape.Length == 2 ? IsLength(output.Shape[1], description)
                : output.Shape.Length == 3 && output.Shape[2] == 1;
            if (isFloat && isPerToken)
            {
                candidates.Add(i);
            }
        }

        return candidates;
    }

    private static bool IsLength(long axis, ModelDescription description) => axis < 0
        || (description.Inputs is [{ Shape.Length: 2 } first, ..] && first.Shape[1] == axis);

    private static int FindNamed(ModelDescription description, List<int> candidates, string part)
    {
        List<int> named = candidates.FindAll(
            index => description.Outputs[index].Name.Contains(part, StringComparison.OrdinalIgnoreCase));
        return named is [int only] ? only : -1;
    }
}

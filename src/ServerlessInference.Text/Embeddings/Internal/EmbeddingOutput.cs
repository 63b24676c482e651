using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Text.Embeddings;

/// <summary>The output of a model that contains vectors of tokens or of texts.</summary>
/// <param name="Index">The index of the output.</param>
/// <param name="Origin">Why it was chosen.</param>
/// <param name="IsFinal">Whether its vectors are those of sentence-transformers after all modules.</param>
internal sealed record EmbeddingOutput(int Index, string Origin, bool IsFinal)
{
    private static readonly string[] _tokenNames = ["last_hidden_state", "token_embeddings"];

    private static readonly string[] _vectorNames = ["embed", "pool", "vector", "feature", "hidden"];

    private static readonly string[] _scoreNames = ["logit", "score", "prob", "prediction", "label", "start", "end_"];

    /// <summary>Finds the output: by the option, by names, and by shapes.</summary>
    /// <exception cref="ModelContractException">No output, or more than one, may contain vectors.</exception>
    internal static EmbeddingOutput Find(LoadedModel model, string? requested)
    {
        ModelDescription description = model.Description;
        if (requested is not null)
        {
            int index = description.IndexOfOutput(requested);
            return index >= 0 && IsVectors(description.Outputs[index])
                ? new EmbeddingOutput(index, "the option Output", requested == "sentence_embedding")
                : throw CreateException(model, $"'{requested}' as a float tensor", "correct the option Output");
        }

        if (description.IndexOfOutput("sentence_embedding") is >= 0 and int final && IsVectors(description.Outputs[final]))
        {
            return new EmbeddingOutput(final, "its name", true);
        }

        foreach (string name in _tokenNames)
        {
            if (description.IndexOfOutput(name) is >= 0 and int known && IsVectors(description.Outputs[known]))
            {
                return new EmbeddingOutput(known, "its name", false);
            }
        }

        return FindByShape(model);
    }

    private static EmbeddingOutput FindByShape(LoadedModel model)
    {
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        List<int> candidates = [], named = [];
        for (int i = 0; i < outputs.Count; i++)
        {
            if (IsVectors(outputs[i]) && !Contains(outputs[i].Name, _scoreNames))
            {
                candidates.Add(i);
                if (Contains(outputs[i].Name, _vectorNames))
                {
                    named.Add(i);
                }
            }
        }

        List<int> fitting = named.Count > 0 ? named : candidates;
        if (fitting.Count > 1)
        {
            // Vectors of tokens can be pooled as the files say; a pooled vector next to them is an extra.
            List<int> tokens = fitting.FindAll(index => outputs[index].Shape.Length == 3);
            fitting = tokens.Count == 1 ? tokens : throw CreateException(
                model, "one float tensor", "set the option Output to the right one");
        }

        if (fitting.Count == 0)
        {
            throw CreateException(model, "a float tensor", "set the option Output");
        }

        if (named.Count == 0 && FindTask(model) is { } task)
        {
            throw new ModelContractException(
                $"The config.json of model '{model.Identity.Name}' says that it is a {task}, whose output {outputs[fitting[0]]} contains " +
                "scores and not vectors. Use the pipeline of that task, export the model for the task feature-extraction, or set the " +
                "option Output.");
        }

        return new EmbeddingOutput(fitting[0], named.Count > 0 ? "its name" : "the only output with the shape of vectors", false);
    }

    /// <summary>Finds the architecture of a model with a head that gives scores.</summary>
    private static string? FindTask(LoadedModel model) =>
        ModelSettings.Read(model, "config.json", "architectures", static list =>
        {
            string? first = list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list[0].GetString() : null;
            return first is not null && first.Contains("For", StringComparison.Ordinal) && (
                first.EndsWith("Classification", StringComparison.Ordinal) || first.EndsWith("QuestionAnswering", StringComparison.Ordinal)
                || first.EndsWith("MultipleChoice", StringComparison.Ordinal) || first.EndsWith("LM", StringComparison.Ordinal))
                ? first
                : null;
        });

    private static bool IsVectors(ValueDescription output) => output is
    {
        Kind: ValueKind.Tensor,
        ElementType: TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double,
        Shape.Length: 2 or 3,
    };

    private static bool Contains(string name, string[] parts)
    {
        foreach (string part in parts)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static ModelContractException CreateException(LoadedModel model, string needed, string remedy) => new(
        $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", model.Description.Outputs)}; embeddings need {needed} " +
        $"[n, length, size] or [n, size] that contains vectors and not scores. Export the model for the task feature-extraction, or " +
        $"{remedy}.");
}

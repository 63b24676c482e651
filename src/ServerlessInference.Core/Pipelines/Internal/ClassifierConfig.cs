using System.Text.Json;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>What Hugging Face's <c>config.json</c> says about the scores of a classifier.</summary>
/// <remarks>
/// Source: <c>TextClassificationPipeline</c> and <c>ImageClassificationPipeline</c> of transformers 4, and <c>CrossEncoder</c> of
/// sentence-transformers 5.
/// </remarks>
internal static class ClassifierConfig
{
    /// <summary>Finds the function that the file states.</summary>
    /// <param name="model">The model.</param>
    /// <param name="classes">The number of classes; -1 if it is not known.</param>
    /// <returns>The function and its origin; <see langword="null"/> if there is no such file or the file names no function.</returns>
    /// <exception cref="ModelLoadException">The file is not JSON, or states an activation that is not supported.</exception>
    public static ScoreStatement? FindFunction(LoadedModel model, long classes) =>
        ModelSettings.Read(model, "config.json", null, config => Read(config, classes, model.Identity.Name));

    private static ScoreStatement? Read(JsonElement config, long classes, string model)
    {
        if (config.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? problem = GetText(config, "problem_type");
        if (problem == "regression")
        {
            return new ScoreStatement(ScoreFunction.None, "problem_type of config.json");
        }

        if (FindCrossEncoderActivation(config) is { } activation)
        {
            return new ScoreStatement(ParseModule(activation, model), "the activation of the cross-encoder in config.json");
        }

        // One label gets a sigmoid whatever the problem type says.
        return problem == "multi_label_classification" ? new ScoreStatement(ScoreFunction.Sigmoid, "problem_type of config.json")
            : classes == 1 ? new ScoreStatement(ScoreFunction.Sigmoid, "one label, which gets a sigmoid")
            : problem == "single_label_classification" ? new ScoreStatement(ScoreFunction.Softmax, "problem_type of config.json")
            : GetText(config, "function_to_apply") is { } function
                ? new ScoreStatement(ParseFunction(function, model), "function_to_apply of config.json")
            : null;
    }

    private static string? FindCrossEncoderActivation(JsonElement config) =>
        config.TryGetProperty("sentence_transformers", out JsonElement section) && section.ValueKind == JsonValueKind.Object
            && GetText(section, "activation_fn") is { } activation
            ? activation
            : GetText(config, "sbert_ce_default_activation_function");

    private static ScoreFunction ParseModule(string module, string model) => module[(module.LastIndexOf('.') + 1)..] switch
    {
        "Identity" => ScoreFunction.None,
        "Sigmoid" => ScoreFunction.Sigmoid,
        "Softmax" => ScoreFunction.Softmax,
        _ => throw CreateException(module, model),
    };

    private static ScoreFunction ParseFunction(string function, string model) => function switch
    {
        "none" => ScoreFunction.None,
        "sigmoid" => ScoreFunction.Sigmoid,
        "softmax" => ScoreFunction.Softmax,
        _ => throw CreateException(function, model),
    };

    private static ModelLoadException CreateException(string activation, string model) => new(
        $"The config.json of model '{model}' states the activation '{activation}' for its scores; Identity, Sigmoid and Softmax are " +
        "supported. Set the option Scores.");

    private static string? GetText(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

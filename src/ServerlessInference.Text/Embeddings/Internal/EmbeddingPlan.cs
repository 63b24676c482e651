using System.Globalization;
using ServerlessInference.Sessions;

namespace ServerlessInference.Text.Embeddings;

/// <summary>How the outputs of a model become embeddings. Immutable and thread-safe.</summary>
/// <param name="Output">The index of the output.</param>
/// <param name="Pooling">How the vectors of tokens are combined; the results are concatenated.</param>
/// <param name="Normalize">Whether vectors are scaled to length 1.</param>
internal sealed record EmbeddingPlan(int Output, TextPooling[] Pooling, bool Normalize)
{
    /// <summary>Decides what follows from the options and the files next to the model.</summary>
    /// <exception cref="ModelContractException">No output contains vectors, or modules that change them cannot be followed.</exception>
    /// <exception cref="ModelLoadException">A file next to the model cannot be used.</exception>
    internal static EmbeddingPlan Read(LoadedModel model, TextEmbeddingOptions options)
    {
        model.Decide(new ModelDecision("task", "feature-extraction", "the pipeline"));
        var output = EmbeddingOutput.Find(model, options.Output);
        model.Decide(new ModelDecision("output", model.Description.Outputs[output.Index].Name, output.Origin));
        var modules = SentenceModules.Get(model);
        if (modules.Unsupported.Count > 0 && !output.IsFinal)
        {
            throw new ModelContractException(
                $"modules.json of model '{model.Identity.Name}' lists {string.Join(", ", modules.Unsupported)}, which changes the " +
                "vectors and is not supported. Export the model with all its modules, so that it has an output sentence_embedding.");
        }

        bool isPooled = model.Description.Outputs[output.Index].Shape.Length == 2;
        TextPooling[] pooling = isPooled ? CheckPooled(model, output, modules, options) : ChoosePooling(model, modules, options);
        bool normalize = options.Normalize ?? modules.Normalizes;
        model.Decide(new ModelDecision(
            "normalization",
            normalize ? "to length 1" : "none",
            options.Normalize is not null ? "the option Normalize"
                : modules.AreListed ? "modules.json"
                : "the default without modules.json"));
        return new EmbeddingPlan(output.Index, pooling, normalize);
    }

    private static TextPooling[] CheckPooled(
        LoadedModel model, EmbeddingOutput output, SentenceModules modules, TextEmbeddingOptions options)
    {
        string name = model.Description.Outputs[output.Index].Name;
        if (options.Pooling != TextPooling.Auto
            || (modules.Pooling is not null && options.Output is null && name.Contains("pooler", StringComparison.OrdinalIgnoreCase)))
        {
            string asked = options.Pooling != TextPooling.Auto ? "the option Pooling" : modules.Pooling!;
            throw new ModelContractException(
                $"Output {model.Description.Outputs[output.Index]} of model '{model.Identity.Name}' has one vector for each text, but " +
                $"{asked} asks to pool the vectors of tokens, which the model does not give. Export the model with last_hidden_state or " +
                "sentence_embedding" +
                (options.Pooling != TextPooling.Auto ? ", or leave the option out." : ", or set the option Output to use it as it is."));
        }

        model.Decide(new ModelDecision("pooling", "in the model", $"output {name} has one vector for each text"));
        return [];
    }

    private static TextPooling[] ChoosePooling(LoadedModel model, SentenceModules modules, TextEmbeddingOptions options)
    {
        (TextPooling[] pooling, string origin) = options.Pooling != TextPooling.Auto ? ([options.Pooling], "the option Pooling")
            : modules.Pooling is { } file ? (modules.ReadPooling(model), file)
            : ([TextPooling.Mean], "there is no Pooling module next to the model, so the most common one is assumed");
        model.Decide(new ModelDecision(
            "pooling",
            string.Join(" and ", Array.ConvertAll(pooling, static mode => mode.ToString().ToLower(CultureInfo.InvariantCulture))),
            origin,
            NeedsAttention: options.Pooling == TextPooling.Auto && modules.Pooling is null));
        return pooling;
    }
}

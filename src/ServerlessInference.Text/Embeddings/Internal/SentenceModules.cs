using System.Text.Json;
using ServerlessInference.Sessions;

namespace ServerlessInference.Text.Embeddings;

/// <summary>What sentence-transformers' <c>modules.json</c> and the files of its modules say about a model.</summary>
/// <remarks>Source: <c>Pooling</c>, <c>Normalize</c> and <c>SentenceTransformer.load</c> of sentence-transformers 2 to 5.4. Immutable and
/// thread-safe.</remarks>
internal sealed class SentenceModules
{
    private const string ModulesFile = "modules.json";
    private const string PoolingFile = "config.json";
    private const string DefaultPoolingFolder = "1_Pooling";

    /// <summary>The settings of earlier versions, in the order in which sentence-transformers concatenates the vectors.</summary>
    private static readonly (string Setting, string Mode)[] _flags =
    [
        ("pooling_mode_cls_token", "cls"),
        ("pooling_mode_max_tokens", "max"),
        ("pooling_mode_mean_tokens", "mean"),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        ("pooling_mode_weightedmean_tokens", "weightedmean"),
        ("pooling_mode_lasttoken", "lasttoken"),
    ];

    /// <summary>Gets whether there is a <c>modules.json</c>.</summary>
    internal bool AreListed { get; private set; }

    /// <summary>Gets whether vectors are scaled to length 1.</summary>
    internal bool Normalizes { get; private set; }

    /// <summary>Gets the modules that change vectors and cannot be followed, such as <c>2_Dense (Dense)</c>.</summary>
    internal List<string> Unsupported { get; } = [];

    /// <summary>Gets the file of the Pooling module; null if the model has none.</summary>
    internal string? Pooling { get; private set; }

    /// <summary>Gets the file with the settings of the Transformer module.</summary>
    internal string TransformerFile { get; private set; } = "sentence_bert_config.json";

    /// <summary>
    /// Gets what <c>modules.json</c> says, which is read once. A model without it has the Pooling module in its usual folder, if there is
    /// such a folder.
    /// </summary>
    /// <exception cref="ModelLoadException">The file cannot be used.</exception>
    internal static SentenceModules Get(LoadedModel model) => model.GetOrCreate(typeof(SentenceModules), Read);

    private static SentenceModules Read(LoadedModel model)
    {
        var modules = new SentenceModules();
        string? usual = $"{DefaultPoolingFolder}/{PoolingFile}";
        if (!model.Artifact.TryGetFile(ModulesFile, out _))
        {
            modules.Normalizes = true;
            modules.Pooling = model.Artifact.TryGetFile(usual, out _) ? usual : null;
            return modules;
        }

        modules.AreListed = true;
        ModelSettings.Read<object>(model, ModulesFile, null, root =>
        {
            foreach (JsonElement module in root.EnumerateArray())
            {
                modules.Add(module, model);
            }

            return null;
        });
        return modules;
    }

    /// <summary>Reads how the vectors of tokens are combined. Several vectors are concatenated in this order.</summary>
    /// <exception cref="ModelLoadException">The file is missing or states a mode that is not known.</exception>
    internal TextPooling[] ReadPooling(LoadedModel model)
    {
        string file = Pooling!;
        if (!model.Artifact.TryGetFile(file, out _))
        {
            throw new ModelLoadException(
                $"{ModulesFile} of model '{model.Identity.Name}' has a Pooling module, but there is no {file}, which says how it pools. " +
                "Copy the file from the model's repository, or set the option Pooling.");
        }

        return ModelSettings.Read(model, file, null, root => ReadModes(root, model, file))!;
    }

    /// <summary>Gets whether the tokens of a prompt count when vectors are pooled.</summary>
    internal bool IncludesPrompt(LoadedModel model) =>
        Pooling is null || !ModelSettings.Read(
            model, Pooling, "include_prompt", static value => value.ValueKind == JsonValueKind.False);

    private static TextPooling[] ReadModes(JsonElement root, LoadedModel model, string file)
    {
        var modes = new List<TextPooling>();
        if (root.TryGetProperty("pooling_mode", out JsonElement stated))
        {
            if (stated.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement mode in stated.EnumerateArray())
                {
                    modes.Add(Parse(mode.GetString(), model, file));
                }
            }
            else
            {
                modes.Add(Parse(stated.GetString(), model, file));
            }
        }
        else
        {
            foreach ((string setting, string mode) in _flags)
            {
                if (root.TryGetProperty(setting, out JsonElement value) && value.ValueKind == JsonValueKind.True)
                {
                    modes.Add(Parse(mode, model, file));
                }
            }
        }

        return modes.Count > 0 ? [.. modes] : [TextPooling.Mean];
    }

    private static TextPooling Parse(string? mode, LoadedModel model, string file) => mode switch
    {
        "cls" => TextPooling.Class,
        "max" => TextPooling.Max,
        "mean" => TextPooling.Mean,
        "mean_sqrt_len_tokens" => TextPooling.MeanSquareRoot,
        "weightedmean" => TextPooling.WeightedMean,
        "lasttoken" => TextPooling.LastToken,
        _ => throw new ModelLoadException(
            $"{file} of model '{model.Identity.Name}' states the pooling mode '{mode}'; cls, max, mean, mean_sqrt_len_tokens, " +
            "weightedmean and lasttoken are supported. Export the model with its pooling, so that it has an output sentence_embedding."),
    };

    private void Add(JsonElement module, LoadedModel model)
    {
        string type = module.TryGetProperty("type", out JsonElement name) ? name.GetString() ?? string.Empty : string.Empty;
        string path = module.TryGetProperty("path", out JsonElement folder) ? folder.GetString() ?? string.Empty : string.Empty;
        switch (type[(type.LastIndexOf('.') + 1)..])
        {
            case "Transformer":
                // Earlier versions keep the model in a folder of its own, from which it may have been copied.
                string nested = $"{path}/sentence_bert_config.json";
                TransformerFile = path.Length > 0 && model.Artifact.TryGetFile(nested, out _) ? nested : TransformerFile;
                break;
            case "Pooling" when Pooling is null:
                Pooling = path.Length > 0 ? $"{path}/{PoolingFile}" : $"{DefaultPoolingFolder}/{PoolingFile}";
                break;
            case "Normalize":
                Normalizes = true;
                break;
            case "Dropout":
                // Dropout changes vectors during training only.
                break;
            case var other:
                Unsupported.Add(path.Length > 0 ? $"{other} ({path})" : other);
                break;
        }
    }
}

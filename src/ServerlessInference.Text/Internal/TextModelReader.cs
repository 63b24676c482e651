using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text;

/// <summary>Derives from a model what text pipelines need, once per loaded model. Immutable and thread-safe.</summary>
internal sealed class TextModelReader
{
    private const int DefaultMaxLength = 512;
    private const int MaxFileBytes = 64 * 1024 * 1024;

    private readonly Func<ModelArtifact, ITokenizer> _createTokenizer;
    private readonly TextInputNames? _inputNames;
    private readonly bool _isOwnTokenizer;
    private readonly Func<LoadedModel, TextModel> _derive;

    /// <summary>Creates a reader.</summary>
    /// <param name="createTokenizer">Creates the application's own tokenizer; null to read the one in the model's files.</param>
    /// <param name="inputNames">The names of the model's inputs; null for the usual ones.</param>
    internal TextModelReader(Func<ModelArtifact, ITokenizer>? createTokenizer = null, TextInputNames? inputNames = null)
    {
        _createTokenizer = createTokenizer ?? LoadTokenizer;
        _isOwnTokenizer = createTokenizer is not null;
        _inputNames = inputNames;

        // Kept, so that asking for what is already derived, which each request does, creates no delegate.
        _derive = Derive;
    }

    /// <summary>Gets what is derived from the model; derives it at the first call.</summary>
    /// <exception cref="ModelContractException">The inputs are not those of a text model.</exception>
    /// <exception cref="ModelLoadException">There is no tokenizer next to the model, or a file cannot be used.</exception>
    internal TextModel Read(LoadedModel model) => model.GetOrCreate(typeof(TextModel), _derive);

    /// <summary>Gets the tokenizer. It needs only the model's files, so that it can be read while the session is created.</summary>
    /// <exception cref="ModelLoadException">There is no tokenizer next to the model, or a file cannot be used.</exception>
    internal ITokenizer ReadTokenizer(ModelArtifact artifact) => artifact.GetOrCreate(typeof(TextModel), _createTokenizer);

    private TextModel Derive(LoadedModel model)
    {
        var inputs = TokenInputs.Bind(model, _inputNames);
        ITokenizer tokenizer = ReadTokenizer(model.Artifact);
        TextConfig config = TextConfig.Read(model);
        model.Decide(new ModelDecision(
            "tokenizer", $"{tokenizer.VocabularySize} tokens", _isOwnTokenizer ? "the application" : FindTokenizerFile(model.Artifact)));
        return new TextModel(tokenizer, inputs, GetMaxLength(model, tokenizer, config, inputs), tokenizer.PadTokenId ?? config.PadTokenId);
    }

    /// <summary>Gets the maximum length of a sequence. A length that leaves no room for text, such as -1 or 0, counts as not set, and one
    /// beyond the positions of the model is lowered to them.</summary>
    private static int GetMaxLength(LoadedModel model, ITokenizer tokenizer, TextConfig config, TokenInputs inputs)
    {
        int? stated = tokenizer.ModelMaxLength > tokenizer.CountSpecialTokens(isPair: false) ? tokenizer.ModelMaxLength : null;
        (int length, string origin) = stated is { } given ? (given, "model_max_length of the tokenizer")
            : config.MaxLength is { } positions ? (positions, "max_position_embeddings of config.json")
            : (DefaultMaxLength, "the default, because no file says it");
        if (config.IsBound && config.MaxLength < length)
        {
            (length, origin) = (config.MaxLength.Value, "max_position_embeddings of config.json");
        }

        if (inputs.FixedLength < length)
        {
            (length, origin) = (inputs.FixedLength.Value, "the shape of the inputs");
        }

        model.Decide(new ModelDecision("maximum length", $"{length} tokens", origin));
        return length;
    }

    private static string FindTokenizerFile(ModelArtifact artifact)
    {
        foreach (string name in (ReadOnlySpan<string>)["tokenizer.json", "vocab.txt"])
        {
            if (artifact.TryGetFile(name, out _))
            {
                return name;
            }
        }

        return "the files next to the model";
    }

    private static Tokenizer LoadTokenizer(ModelArtifact artifact)
    {
        try
        {
            return Tokenizer.Load(
                name => artifact.TryGetFile(name, out ModelFile? file) ? file.ReadAllBytes(MaxFileBytes) : (ReadOnlyMemory<byte>?)null,
                artifact.Source);
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException)
        {
            throw new ModelLoadException(exception.Message, exception);
        }
    }
}

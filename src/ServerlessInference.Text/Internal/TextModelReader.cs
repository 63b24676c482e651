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
    private readonly Func<LoadedModel, TextModel> _derive;

    /// <summary>Creates a reader.</summary>
    /// <param name="createTokenizer">Creates the application's own tokenizer; null to read the one in the model's files.</param>
    internal TextModelReader(Func<ModelArtifact, ITokenizer>? createTokenizer = null)
    {
        _createTokenizer = createTokenizer ?? LoadTokenizer;

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
        TokenInputs inputs = TokenInputs.Bind(model);
        ITokenizer tokenizer = ReadTokenizer(model.Artifact);
        int? length = tokenizer.ModelMaxLength;
        int? padTokenId = tokenizer.PadTokenId;
        if (length is null || padTokenId is null)
        {
            TextConfig config = TextConfig.Read(model);
            length ??= config.MaxLength ?? DefaultMaxLength;
            padTokenId ??= config.PadTokenId;
        }

        return new TextModel(tokenizer, inputs, Math.Min(length.Value, inputs.FixedLength ?? int.MaxValue), padTokenId);
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

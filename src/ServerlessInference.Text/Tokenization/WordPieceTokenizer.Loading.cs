using ServerlessInference.Text.Tokenization.Internal;

namespace ServerlessInference.Text.Tokenization;

public sealed partial class WordPieceTokenizer
{
    private const string TokenizerFile = "tokenizer.json";
    private const string VocabularyFile = "vocab.txt";
    private const string ConfigFile = "tokenizer_config.json";

    /// <summary>Loads a tokenizer from a model's folder, as Hugging Face lays it out.</summary>
    /// <remarks>Reads <c>tokenizer.json</c> where there is one, else <c>vocab.txt</c>; with either <c>tokenizer_config.json</c> where
    /// there is one.</remarks>
    /// <param name="folder">The folder.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelLoadException">Neither file is there, or a file's content cannot be used.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static WordPieceTokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string config = Path.Combine(folder, ConfigFile);
        byte[] configBytes = File.Exists(config) ? File.ReadAllBytes(config) : [];
        string tokenizer = Path.Combine(folder, TokenizerFile);
        if (File.Exists(tokenizer))
        {
            return FromTokenizerJson(File.ReadAllBytes(tokenizer), configBytes);
        }

        string vocabulary = Path.Combine(folder, VocabularyFile);
        if (!File.Exists(vocabulary))
        {
            throw new ModelLoadException(
                $"'{folder}' holds neither {TokenizerFile} nor {VocabularyFile}. Copy one of them there from the model's repository.");
        }

        using FileStream stream = File.OpenRead(vocabulary);
        int length = checked((int)stream.Length);
        byte[] buffer = new byte[length + Vocabulary.Padding];
        stream.ReadExactly(buffer, 0, length);
        return new WordPieceTokenizer(TokenizerAssembly.FromVocabulary(buffer, length, TokenizerConfig.Read(configBytes).ToOptions()));
    }

    /// <summary>Makes a tokenizer from <c>vocab.txt</c>: one token a line, the line's number is the id.</summary>
    /// <param name="vocabulary">The file in UTF-8; copied.</param>
    /// <param name="options">What the vocabulary does not hold; null for the settings of <c>bert-base-uncased</c>.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelLoadException">The vocabulary is empty, not UTF-8, or lacks a special token.</exception>
    public static WordPieceTokenizer FromVocabulary(ReadOnlySpan<byte> vocabulary, WordPieceOptions? options = null)
    {
        byte[] buffer = new byte[vocabulary.Length + Vocabulary.Padding];
        vocabulary.CopyTo(buffer);
        return new WordPieceTokenizer(TokenizerAssembly.FromVocabulary(buffer, vocabulary.Length, options ?? new WordPieceOptions()));
    }

    /// <summary>Makes a tokenizer from <c>vocab.txt</c> and <c>tokenizer_config.json</c>.</summary>
    /// <param name="vocabulary">The vocabulary in UTF-8; copied.</param>
    /// <param name="tokenizerConfig">The settings in UTF-8.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelLoadException">A file cannot be used.</exception>
    public static WordPieceTokenizer FromVocabulary(ReadOnlySpan<byte> vocabulary, ReadOnlySpan<byte> tokenizerConfig) =>
        FromVocabulary(vocabulary, TokenizerConfig.Read(tokenizerConfig).ToOptions());

    /// <summary>Makes a tokenizer from <c>tokenizer.json</c>.</summary>
    /// <remarks>Truncation and padding in the file become <see cref="EmbeddedOptions"/> and are not applied unasked.</remarks>
    /// <param name="tokenizer">The file in UTF-8.</param>
    /// <param name="tokenizerConfig"><c>tokenizer_config.json</c> in UTF-8; its lower-casing, accent and ideograph settings go before
    /// those of the tokenizer, as in transformers. Empty where there is none.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelLoadException">Not JSON, not a WordPiece tokenizer, or parts that are not supported.</exception>
    public static WordPieceTokenizer FromTokenizerJson(ReadOnlySpan<byte> tokenizer, ReadOnlySpan<byte> tokenizerConfig = default) =>
        new(TokenizerJson.Read(tokenizer, TokenizerConfig.Read(tokenizerConfig)));
}

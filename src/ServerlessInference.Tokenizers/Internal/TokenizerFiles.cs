namespace ServerlessInference.Tokenizers;

/// <summary>Chooses the files of a model's directory that describe its tokenizer.</summary>
internal static class TokenizerFiles
{
    private const string Tokenizer = "tokenizer.json";
    private const string Vocabulary = "vocab.txt";
    private const string Config = "tokenizer_config.json";
    private const string SpecialTokens = "special_tokens_map.json";

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="readFile">Reads the file of a name; returns null if there is no such file.</param>
    /// <param name="location">Where the files are, for messages.</param>
    /// <exception cref="FileNotFoundException">None of the files exists that can describe a tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or needs something that is not supported.</exception>
    internal static TokenizerParts Read(Func<string, ReadOnlyMemory<byte>?> readFile, string location)
    {
        TokenizerConfig config = ReadConfig(readFile);
        if (readFile(Tokenizer) is { } tokenizer)
        {
            return TokenizerJson.Read(tokenizer.Span, config);
        }

        if (readFile(Vocabulary) is { } vocabulary)
        {
            return WordPieceFactory.FromVocabulary(vocabulary.Span, config);
        }

        throw new FileNotFoundException(
            $"{location} has neither {Tokenizer} nor {Vocabulary}; a tokenizer needs one of them. Copy it from the model's repository.");
    }

    private static TokenizerConfig ReadConfig(Func<string, ReadOnlyMemory<byte>?> readFile)
    {
        TokenizerConfig config = TokenizerConfig.Read((readFile(Config) ?? default).Span);
        if (config.AddedTokens.Count == 0)
        {
            config.ReadSpecialTokens((readFile(SpecialTokens) ?? default).Span);
        }

        return config;
    }
}

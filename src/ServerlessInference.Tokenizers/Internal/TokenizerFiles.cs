using System.Text.Json;

namespace ServerlessInference.Tokenizers;

/// <summary>Chooses the files of a model's directory that describe its tokenizer.</summary>
internal static class TokenizerFiles
{
    private const string Tokenizer = "tokenizer.json";
    private const string Vocabulary = "vocab.txt";
    private const string PairVocabulary = "vocab.json";
    private const string Merges = "merges.txt";
    private const string Config = "tokenizer_config.json";
    private const string SpecialTokens = "special_tokens_map.json";
    private const string AddedTokens = "added_tokens.json";
    private const string ModelConfig = "config.json";
    private const string Remedy = "let transformers write tokenizer.json: AutoTokenizer.from_pretrained(\"…\").save_pretrained(\"…\")";

    private static readonly string[] _sentencePieceFiles =
        ["sentencepiece.bpe.model", "spiece.model", "spm.model", "tokenizer.model", "sentencepiece.model"];

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

        if (config.TokenizerClass is "BertJapaneseTokenizer" or "CpmTokenizer")
        {
            throw new InvalidDataException(
                $"The tokenizer of {location} is a {config.TokenizerClass}, which splits words with a dictionary (MeCab, Jieba) that is " +
                "not supported. Split the words in your program and give the pipeline a tokenizer of your own (UseTokenizer).");
        }

        if (readFile(Vocabulary) is { } vocabulary)
        {
            VocabularyClass.Check(FindClass(readFile, config), location);
            if (config.AddedTokens.Count == 0)
            {
                config.ReadAddedTokens((readFile(AddedTokens) ?? default).Span);
            }

            return WordPieceFactory.FromVocabulary(vocabulary.Span, config);
        }

        return TryConvert(readFile, location, config) ?? throw new FileNotFoundException(
            $"{location} has neither {Tokenizer} nor {Vocabulary}, {PairVocabulary} or a SentencePiece model; a tokenizer needs one of " +
            "them. Copy it from the model's repository.");
    }

    /// <summary>Reads files that transformers converts; returns null if there are none.</summary>
    private static TokenizerParts? TryConvert(
        Func<string, ReadOnlyMemory<byte>?> readFile, string location, TokenizerConfig config)
    {
        ConvertedTokenizer? converted = TryConvertSentencePiece(readFile, location, config)
            ?? TryConvertPairs(readFile, location, config);
        if (converted is null)
        {
            return null;
        }

        if (config.AddedTokens.Count == 0)
        {
            config.ReadAddedTokens((readFile(AddedTokens) ?? default).Span);
        }

        AddTokens(converted.AddedTokens, config);
        return TokenizerJson.Create(converted, config);
    }

    private static ConvertedTokenizer? TryConvertSentencePiece(
        Func<string, ReadOnlyMemory<byte>?> readFile, string location, TokenizerConfig config)
    {
        foreach (string name in _sentencePieceFiles)
        {
            if (readFile(name) is { } model)
            {
                string type = FindClass(readFile, config);
                return SentencePieceConverter.IsSupported(type)
                    ? SentencePieceConverter.Convert(SentencePieceFile.Read(model.Span, name), name, type, config)
                    : throw CreateClassException(location, name, type, SentencePieceConverter.Classes);
            }
        }

        return null;
    }

    private static ConvertedTokenizer? TryConvertPairs(
        Func<string, ReadOnlyMemory<byte>?> readFile, string location, TokenizerConfig config)
    {
        if (readFile(PairVocabulary) is not { } vocabulary)
        {
            return null;
        }

        string type = FindClass(readFile, config);
        if (!BytePairConverter.IsSupported(type))
        {
            throw CreateClassException(location, PairVocabulary, type, BytePairConverter.Classes);
        }

        if (readFile(Merges) is not { } merges)
        {
            throw new FileNotFoundException(
                $"{location} has {PairVocabulary} but no {Merges}, which a {type} needs. Copy it from the model's repository.");
        }

        try
        {
            return BytePairConverter.Convert(vocabulary.Span, merges.Span, type, config);
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.CreateException(PairVocabulary, exception);
        }
    }

    /// <summary>
    /// Adds the tokens that the settings list, and then the special tokens that are not among them, as transformers does.
    /// </summary>
    private static void AddTokens(List<AddedToken> tokens, TokenizerConfig config)
    {
        config.AddedTokens.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        tokens.AddRange(config.AddedTokens);
        foreach (AddedToken special in config.SpecialTokens.All)
        {
            if (!tokens.Exists(token => token.Content == special.Content))
            {
                tokens.Add(special);
            }
        }
    }

    /// <summary>Finds the name of transformers' class: the one that the settings name, or that of the model's type.</summary>
    private static string FindClass(Func<string, ReadOnlyMemory<byte>?> readFile, TokenizerConfig config)
    {
        if (config.TokenizerClass is { } name && name != "PreTrainedTokenizer")
        {
            return name;
        }

        return readFile(ModelConfig) is { } file
            ? ReadModelType(file.Span) switch
            {
                "t5" or "mt5" => "T5Tokenizer",
                "albert" => "AlbertTokenizer",
                "xlnet" => "XLNetTokenizer",
                "xlm-roberta" => "XLMRobertaTokenizer",
                "camembert" => "CamembertTokenizer",
                "deberta-v2" => "DebertaV2Tokenizer",
                "deberta" => "DebertaTokenizer",
                "llama" => "LlamaTokenizer",
                "gemma" => "GemmaTokenizer",
                "gpt2" => "GPT2Tokenizer",
                "roberta" => "RobertaTokenizer",
                "bart" => "BartTokenizer",
                "longformer" => "LongformerTokenizer",
                "clip" or "clip_text_model" => "CLIPTokenizer",
                "qwen2" => "Qwen2Tokenizer",
                string other => other,
                null => string.Empty,
            }
            : string.Empty;
    }

    private static string? ReadModelType(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json.StartsWith("\uFEFF"u8) ? json[3..] : json);
            reader.Read();
            JsonFile.ExpectObject(ref reader, "The file's content");
            while (JsonFile.NextProperty(ref reader, out string name))
            {
                if (name == "model_type")
                {
                    return JsonFile.StringOrNull(ref reader);
                }

                reader.Skip();
            }

            return null;
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.CreateException(ModelConfig, exception);
        }
    }

    private static InvalidDataException CreateClassException(string location, string file, string type, string supported) => new(
        type.Length == 0
            ? $"{location} has {file}, but neither the tokenizer_class of {Config} nor the model_type of {ModelConfig} says which " +
                $"tokenizer it belongs to. Copy these files from the model's repository, or {Remedy}."
            : $"The tokenizer of {location} is a '{type}'; of {file}, {supported} can be read. Otherwise, {Remedy}.");

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

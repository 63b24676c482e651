using System.Text.Json;
using System.Text.Unicode;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>Reads <c>tokenizer.json</c> in one pass, as far as a WordPiece tokenizer needs it.</summary>
internal sealed class TokenizerJson
{
    private const string FileName = "tokenizer.json";

    private readonly List<AddedToken> _added = [];
    private readonly WordPieceJson _model = new();
    private readonly PostProcessorJson _postProcessor = new();
    private readonly EncodeOptionsJson _options = new();
    private string? _preTokenizer;
    private string? _normalizer;
    private bool _clean = true;
    private bool _ideographs = true;
    private bool? _accents;
    private bool _lowercase = true;
    private bool _cleansDecoded = true;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="json">The file.</param>
    /// <param name="config">Its settings take precedence over those of the file, as in transformers.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or needs something that is not supported.</exception>
    internal static TokenizerParts Read(ReadOnlySpan<byte> json, TokenizerConfig config)
    {
        try
        {
            var file = new TokenizerJson();
            file.ReadFile(json);
            return file.ToParts(config);
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.CreateException(FileName, exception);
        }
    }

    private void ReadFile(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw new JsonException("It is not UTF-8.");
        }

        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        var reader = new Utf8JsonReader(json);
        reader.Read();
        JsonFile.ExpectObject(ref reader, "The file's content");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "added_tokens": ReadAddedTokens(ref reader); break;
                case "normalizer": ReadNormalizer(ref reader); break;
                case "pre_tokenizer": _preTokenizer = ReadType(ref reader); break;
                case "post_processor": _postProcessor.Read(ref reader); break;
                case "decoder": ReadDecoder(ref reader); break;
                case "model": _model.Read(ref reader, json.Length); break;
                case "truncation": _options.ReadTruncation(ref reader); break;
                case "padding": _options.ReadPadding(ref reader); break;
                default: reader.Skip(); break;
            }
        }
    }

    private TokenizerParts ToParts(TokenizerConfig config)
    {
        if (_preTokenizer != "BertPreTokenizer")
        {
            throw new JsonException($"The pre-tokenizer is '{_preTokenizer ?? "null"}'; only 'BertPreTokenizer' is supported.");
        }

        Vocabulary vocabulary = _model.CreateVocabulary();
        NumberAddedTokens(vocabulary);
        WordPieceSplitter splitter = _model.CreateSplitter(vocabulary, FileName);
        return new TokenizerParts(
            new WordPieceModel(splitter, CreateNormalizer(config), _added, _cleansDecoded),
            _postProcessor.CreateTemplate(),
            _options.PadTokenId ?? FindToken(config.PadToken ?? "[PAD]", vocabulary) ?? 0)
        {
            ClassTokenId = FindToken(config.ClassToken ?? "[CLS]", vocabulary),
            UnknownTokenId = splitter.UnknownId,
            ModelMaxLength = config.ModelMaxLength,
            SavedOptions = _options.ToOptions(),
        };
    }

    /// <summary>Combines the file's normalizer with the settings of <c>tokenizer_config.json</c>, which take precedence as in
    /// transformers. A file without a normalizer stays without one.</summary>
    private NormalizerSettings CreateNormalizer(TokenizerConfig config)
    {
        if (_normalizer is null)
        {
            return new NormalizerSettings(_clean, _ideographs, stripAccents: false, _lowercase);
        }

        bool lowercase = config.Lowercase ?? _lowercase;
        bool stripAccents = config.StripAccents ?? _accents ?? lowercase;
        return new NormalizerSettings(_clean, config.SplitIdeographs ?? _ideographs, stripAccents, lowercase);
    }

    /// <summary>Gives added tokens the ids that Hugging Face's reader gives them: that of the vocabulary if it contains the token, or else
    /// the next free id. In an intact file these are the ids that it states.</summary>
    private void NumberAddedTokens(Vocabulary vocabulary)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        int next = vocabulary.Count;
        for (int i = 0; i < _added.Count; i++)
        {
            string content = _added[i].Content;
            if (!known.TryGetValue(content, out int id))
            {
                id = vocabulary.Find(content);
                id = id >= 0 ? id : next++;
                known.Add(content, id);
            }

            _added[i] = _added[i] with { Id = id };
        }
    }

    private int? FindToken(string token, Vocabulary vocabulary)
    {
        AddedToken? added = _added.Find(t => t.Content == token);
        int id = added?.Id ?? vocabulary.Find(token);
        return id < 0 ? null : id;
    }

    private void ReadAddedTokens(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        while (JsonFile.NextElement(ref reader))
        {
            _added.Add(AddedTokenJson.Read(ref reader, null));
        }
    }

    private void ReadNormalizer(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            _normalizer = null;
            _clean = _ideographs = _lowercase = false;
            return;
        }

        JsonFile.ExpectObject(ref reader, "normalizer");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "type": _normalizer = reader.GetString(); break;
                case "clean_text": _clean = reader.GetBoolean(); break;
                case "handle_chinese_chars": _ideographs = reader.GetBoolean(); break;
                case "strip_accents": _accents = JsonFile.BooleanOrNull(ref reader); break;
                case "lowercase": _lowercase = reader.GetBoolean(); break;
                default: reader.Skip(); break;
            }
        }

        if (_normalizer != "BertNormalizer")
        {
            throw new JsonException($"The normalizer is '{_normalizer}'; only 'BertNormalizer' is supported.");
        }
    }

    private void ReadDecoder(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        JsonFile.ExpectObject(ref reader, "decoder");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            if (name == "cleanup")
            {
                _cleansDecoded = reader.GetBoolean();
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static string? ReadType(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        string? type = null;
        JsonFile.ExpectObject(ref reader, "A part of the tokenizer");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            if (name == "type")
            {
                type = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }

        return type;
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ServerlessInference.Tokenizers.Decoding;
using ServerlessInference.Tokenizers.Models;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.PreTokenization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>Reads <c>tokenizer.json</c> in one pass, whichever parts it has.</summary>
internal sealed class TokenizerJson
{
    private readonly string _fileName;
    private readonly List<AddedToken> _added;
    private readonly ModelJson _model;
    private readonly ConvertedTokenizer? _converted;
    private readonly PostProcessorJson _postProcessor = new();
    private readonly EncodeOptionsJson _options = new();

    // The sections that are read once it is known which kind of tokenizer it is.
    private byte[] _normalizer = [];
    private byte[] _preTokenizer = [];
    private byte[] _decoder = [];

    private TokenizerJson()
    {
        _fileName = "tokenizer.json";
        _added = [];
        _model = new ModelJson();
    }

    private TokenizerJson(ConvertedTokenizer converted)
    {
        _fileName = converted.FileName;
        _added = converted.AddedTokens;
        _model = converted.Model;
        _converted = converted;
        _normalizer = Encoding.UTF8.GetBytes(converted.Normalizer);
        _preTokenizer = Encoding.UTF8.GetBytes(converted.PreTokenizer);
        _decoder = Encoding.UTF8.GetBytes(converted.Decoder);
    }

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="json">The file.</param>
    /// <param name="config">Its settings take precedence over those of the file, as in transformers.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or needs something that is not supported.</exception>
    internal static TokenizerParts Read(ReadOnlySpan<byte> json, TokenizerConfig config)
    {
        var file = new TokenizerJson();
        try
        {
            file.ReadFile(json);
            return file.ToParts(config);
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.CreateException(file._fileName, exception);
        }
    }

    /// <summary>Creates the tokenizer that transformers makes of other files.</summary>
    /// <exception cref="InvalidDataException">The files do not fit each other, or need something that is not supported.</exception>
    internal static TokenizerParts Create(ConvertedTokenizer converted, TokenizerConfig config)
    {
        try
        {
            return new TokenizerJson(converted).ToParts(config);
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.CreateException(converted.FileName, exception);
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
                case "version" when reader.GetString() is var version && version != "1.0":
                    throw new JsonException($"Its version is '{version}'; only '1.0' is supported.");
                case "version": break;
                case "added_tokens": ReadAddedTokens(ref reader); break;
                case "normalizer": _normalizer = CopySection(json, ref reader); break;
                case "pre_tokenizer": _preTokenizer = CopySection(json, ref reader); break;
                case "post_processor": _postProcessor.Read(ref reader); break;
                case "decoder": _decoder = CopySection(json, ref reader); break;
                case "model": _model.Read(ref reader, json.Length); break;
                case "truncation": _options.ReadTruncation(ref reader); break;
                case "padding": _options.ReadPadding(ref reader); break;
                default: throw new JsonException($"It has the unknown section '{name}'.");
            }
        }
    }

    private static byte[] CopySection(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        int start = (int)reader.TokenStartIndex;
        bool isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        return isNull ? [] : json[start..(int)reader.BytesConsumed].ToArray();
    }

    private TokenizerParts ToParts(TokenizerConfig config)
    {
        Vocabulary vocabulary = _model.CreateVocabulary();
        NumberAddedTokens(vocabulary);
        var trimmings = new List<OffsetTrimming>();
        SequenceTemplate template = _converted is null
            ? _postProcessor.CreateTemplate(trimmings)
            : _converted.Template.Create(token => FindToken(token, vocabulary));
        if (_converted?.Trimming is { } trimming)
        {
            trimmings.Add(trimming);
        }

        int? unknownId;
        TokenModel model = BertSections.TryRead(_normalizer, _preTokenizer, _decoder, _model) is { } sections && trimmings.Count == 0
            ? CreateBertModel(sections, vocabulary, config, out unknownId)
            : CreatePipeline(vocabulary, config, [.. trimmings], out unknownId);
        return new TokenizerParts(model, template, FindPadToken(config, vocabulary))
        {
            ClassTokenId = FindClassToken(config, vocabulary),
            UnknownTokenId = unknownId,
            ModelMaxLength = config.ModelMaxLength,
            PadTypeId = config.PadTypeId ?? _options.PadTypeId ?? 0,
            PaddingSide = config.PaddingSide ?? _options.PaddingSide ?? config.DefaultPaddingSide,
            TruncationSide = config.TruncationSide ?? _options.TruncationSide ?? TextSide.Right,
            SavedOptions = _options.ToOptions(),
        };
    }

    /// <summary>Finds the padding token: the one that the settings name, that of the file's padding, or one with a usual name.</summary>
    private int? FindPadToken(TokenizerConfig config, Vocabulary vocabulary) =>
        config.PadToken is { } token ? FindToken(token, vocabulary)
        : _options.PadTokenId ?? FindToken("[PAD]", vocabulary) ?? FindToken("<pad>", vocabulary);

    /// <summary>Finds the token that starts a sequence: the one that the settings name, the one that the post-processor adds, or one with
    /// BERT's name.</summary>
    private int? FindClassToken(TokenizerConfig config, Vocabulary vocabulary) =>
        FindToken(config.ClassToken ?? _postProcessor.ClassToken ?? "[CLS]", vocabulary);

    private WordPieceModel CreateBertModel(BertSections sections, Vocabulary vocabulary, TokenizerConfig config, out int? unknownId)
    {
        WordPieceSplitter splitter = _model.CreateSplitter(vocabulary, _fileName);
        unknownId = splitter.UnknownId;
        return new WordPieceModel(splitter, sections.CreateNormalizer(config), _added, sections.CleansDecoded);
    }

    /// <summary>Creates the model of any tokenizer that is not BERT's.</summary>
    private PipelineTokenModel CreatePipeline(
        Vocabulary vocabulary, TokenizerConfig config, OffsetTrimming[] trimmings, out int? unknownId)
    {
        WordModel model = _model.CreateModel(vocabulary);
        unknownId = model.UnknownId;
        var normalizers = new List<Normalizer>();
        if (_normalizer.Length > 0)
        {
            using JsonDocument document = JsonDocument.Parse(_normalizer);
            NormalizerJson.AddSteps(document.RootElement, config, normalizers);
        }

        List<PreTokenizer> preTokenizers = [];
        if (_preTokenizer.Length > 0)
        {
            using JsonDocument document = JsonDocument.Parse(_preTokenizer);
            bool readsBytes = model is BpeModel { CanReadBytes: true };
            preTokenizers = PreTokenizerJson.CreateSteps(document.RootElement, ref readsBytes);
            model = readsBytes ? ((BpeModel)model).WithBytes() : model;
        }

        TokenDecoder? decoder = null;
        if (_decoder.Length > 0)
        {
            using JsonDocument document = JsonDocument.Parse(_decoder);
            decoder = DecoderJson.Create(document.RootElement);
        }

        return new PipelineTokenModel(
            new PipelineEncoder([.. normalizers], [.. preTokenizers], model), _added, decoder, trimmings);
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
}

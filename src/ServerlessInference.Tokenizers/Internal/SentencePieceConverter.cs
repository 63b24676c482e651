using System.Globalization;

namespace ServerlessInference.Tokenizers;

/// <summary>Makes of a SentencePiece model what transformers' converter of the tokenizer's class makes of it.</summary>
/// <remarks>Source: <c>convert_slow_tokenizer.py</c> of huggingface/transformers 4.57, and the defaults of the classes.</remarks>
internal static class SentencePieceConverter
{
    private const string Spaces = """{"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}""";
    private const string VisibleSpaces = """{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}""";
    private const string InvisibleSpaces = """{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}""";

    /// <summary>The penalty by which transformers' converters keep pieces such as "9," from being used.</summary>
    private const double Penalty = 100;

    /// <summary>Gets the classes that are supported, for messages.</summary>
    internal const string Classes =
        "T5Tokenizer, AlbertTokenizer, XLNetTokenizer, XLMRobertaTokenizer, CamembertTokenizer, DebertaV2Tokenizer, LlamaTokenizer and " +
        "GemmaTokenizer";

    internal static bool IsSupported(string name) => name is
        "T5Tokenizer" or "AlbertTokenizer" or "XLNetTokenizer" or "XLMRobertaTokenizer" or "CamembertTokenizer" or "DebertaV2Tokenizer"
        or "LlamaTokenizer" or "GemmaTokenizer";

    /// <summary>Converts a model.</summary>
    /// <param name="file">The model.</param>
    /// <param name="fileName">Its name, for messages.</param>
    /// <param name="name">The class, one of those that <see cref="IsSupported"/> accepts.</param>
    /// <param name="config">The settings; completed with the defaults of the class.</param>
    internal static ConvertedTokenizer Convert(SentencePieceFile file, string fileName, string name, TokenizerConfig config)
    {
        SetDefaults(name, config);
        List<(string Text, double Score)> pieces = ListPieces(file, name, config);
        var converted = new ConvertedTokenizer { FileName = fileName, Model = CreateModel(file, fileName, name, pieces) };
        foreach (SentencePiece piece in file.Pieces)
        {
            if (piece.IsAdded)
            {
                bool isSpecial = piece.IsControl || (name == "GemmaTokenizer" && piece.Text is "<start_of_turn>" or "<end_of_turn>");
                converted.AddedTokens.Add(new AddedToken(0, piece.Text) { IsSpecial = isSpecial });
            }
        }

        string map = file.CharacterMap.Length == 0
            ? string.Empty
            : $$"""{"type": "Precompiled", "precompiled_charsmap": "{{System.Convert.ToBase64String(file.CharacterMap)}}"}""";
        SetSections(converted, name, map, config);
        return converted;
    }

    private static ModelJson CreateModel(
        SentencePieceFile file, string fileName, string name, List<(string Text, double Score)> pieces)
    {
        bool fallsBack = name is "LlamaTokenizer" or "GemmaTokenizer";
        if (file.Kind == SentencePieceFile.Unigram)
        {
            int unknown = name switch
            {
                "XLMRobertaTokenizer" or "CamembertTokenizer" or "GemmaTokenizer" => 3,
                "LlamaTokenizer" => 0,
                _ => file.UnknownId,
            };
            return ModelJson.CreateUnigram(pieces, unknown, fallsBack);
        }

        if (file.Kind != SentencePieceFile.Bpe)
        {
            throw new InvalidDataException(
                $"{fileName} has the model type {file.Kind}; only unigram (1) and BPE (2) are supported. Export the tokenizer as " +
                "tokenizer.json.");
        }

        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < file.Pieces.Count; i++)
        {
            ids[file.Pieces[i].Text] = i;
        }

        if (name == "GemmaTokenizer" && ids.TryGetValue("<0x09>", out int tab))
        {
            ids.TryAdd("\t", tab);
        }

        return ModelJson.CreateBpe(pieces, PieceMerges.Derive(ids, pieces), file.UnknownPiece, fallsBack);
    }

    /// <summary>Lists the pieces with their ids in the order of the list: transformers' classes have other special pieces at the beginning
    /// and at the end than the file.</summary>
    private static List<(string Text, double Score)> ListPieces(SentencePieceFile file, string name, TokenizerConfig config)
    {
        var pieces = new List<(string Text, double Score)>();
        int skipped = 0;
        SpecialTokens special = config.SpecialTokens;
        switch (name)
        {
            case "XLMRobertaTokenizer":
                pieces.AddRange([("<s>", 0), ("<pad>", 0), ("</s>", 0), ("<unk>", 0)]);
                skipped = 3;
                break;
            case "CamembertTokenizer":
                pieces.AddRange([("<s>NOTUSED", 0), ("<pad>", 0), ("</s>NOTUSED", 0), ("<unk>", 0), ("<unk>NOTUSED", -Penalty)]);
                skipped = 1;
                break;
            case "GemmaTokenizer":
                pieces.AddRange([
                    (special.Find("pad_token") ?? "<pad>", 0), (special.Find("eos_token") ?? "<eos>", 0),
                    (special.Find("bos_token") ?? "<bos>", 0)]);
                skipped = 3;
                break;
            default:
                break;
        }

        for (int i = skipped; i < file.Pieces.Count; i++)
        {
            pieces.Add(Convert(file.Pieces[i], name, index: i));
        }

        if (name is "XLMRobertaTokenizer" or "CamembertTokenizer")
        {
            pieces.Add(("<mask>", 0));
        }

        for (int i = (config.ExtraIds ?? 100) - 1; name == "T5Tokenizer" && i >= 0; i--)
        {
            pieces.Add((string.Create(CultureInfo.InvariantCulture, $"<extra_id_{i}>"), 0));
        }

        return pieces;
    }

    private static (string Text, double Score) Convert(SentencePiece piece, string name, int index)
    {
        string text = piece.Text;
        return name switch
        {
            "AlbertTokenizer" or "XLNetTokenizer" when text.Length >= 2 && text[^1] == ',' && char.IsDigit(text[^2]) =>
                (text, piece.Score - Penalty),
            "LlamaTokenizer" when index < 3 => (text, 0),
            "GemmaTokenizer" when text == "<0x09>" => ("\t", piece.Score),
            _ => (text, piece.Score),
        };
    }

    private static void SetSections(ConvertedTokenizer converted, string name, string map, TokenizerConfig config)
    {
        switch (name)
        {
            case "LlamaTokenizer": SetLlama(converted, config); return;
            case "GemmaTokenizer": SetGemma(converted, config); return;
            default: break;
        }

        string metaspace = CreateMetaspace(config, splits: true);
        converted.PreTokenizer = name == "DebertaV2Tokenizer" && config.GetSwitch("split_by_punct", false)
            ? $$"""{"type": "Sequence", "pretokenizers": [{"type": "Punctuation", "behavior": "Isolated"}, {{metaspace}}]}"""
            : metaspace;
        converted.Decoder = metaspace;
        converted.Normalizer = name switch
        {
            "AlbertTokenizer" or "XLNetTokenizer" => CreateAlbertNormalizer(name, map, config),
            "DebertaV2Tokenizer" => Sequence(
                config.Lowercase ?? false ? """{"type": "Lowercase"}""" : string.Empty,
                """{"type": "Strip", "strip_left": true, "strip_right": true}""", map, Spaces),
            _ => Sequence(
                map, """{"type": "Strip", "strip_left": false, "strip_right": true}""",
                """{"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}"""),
        };
        converted.Template = name switch
        {
            "AlbertTokenizer" or "DebertaV2Tokenizer" => new("[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1"),
            "XLNetTokenizer" => new("$A:0 <sep>:0 <cls>:2", "$A:0 <sep>:0 $B:1 <sep>:1 <cls>:2"),
            "T5Tokenizer" => new("$A </s>", "$A </s> $B </s>"),
            _ => new("<s> $A </s>", "<s> $A </s> </s> $B </s>"),
        };
    }

    private static string CreateAlbertNormalizer(string name, string map, TokenizerConfig config)
    {
        bool lowercase = config.Lowercase ?? name == "AlbertTokenizer";
        return Sequence(
            """{"type": "Replace", "pattern": {"String": "``"}, "content": "\""}""",
            """{"type": "Replace", "pattern": {"String": "''"}, "content": "\""}""",
            config.GetSwitch("keep_accents", false) ? string.Empty : """{"type": "NFKD"}, {"type": "StripAccents"}""",
            lowercase ? """{"type": "Lowercase"}""" : string.Empty,
            map,
            Spaces);
    }

    private static void SetLlama(ConvertedTokenizer converted, TokenizerConfig config)
    {
        bool addsSpace = config.GetSwitch("add_prefix_space", true);
        if (config.GetSwitch("legacy", true))
        {
            converted.Normalizer = Sequence(addsSpace ? """{"type": "Prepend", "prepend": "▁"}""" : string.Empty, VisibleSpaces);
        }
        else
        {
            converted.PreTokenizer = CreateMetaspace(config, splits: false);
        }

        string strip = addsSpace ? """, {"type": "Strip", "content": " ", "start": 1, "stop": 0}""" : string.Empty;
        converted.Decoder =
            $$"""{"type": "Sequence", "decoders": [{{InvisibleSpaces}}, {"type": "ByteFallback"}, {"type": "Fuse"}{{strip}}]}""";
        converted.Template = CreateGenerative(config);
    }

    private static void SetGemma(ConvertedTokenizer converted, TokenizerConfig config)
    {
        converted.Normalizer = VisibleSpaces;
        converted.PreTokenizer = """{"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false}""";
        converted.Decoder = $$"""{"type": "Sequence", "decoders": [{{InvisibleSpaces}}, {"type": "ByteFallback"}, {"type": "Fuse"}]}""";
        converted.Template = CreateGenerative(config);
    }

    /// <summary>Creates the template of language models: a token before each text and, if the settings say so, one after it.</summary>
    private static ConvertedTemplate CreateGenerative(TokenizerConfig config)
    {
        string? start = config.GetSwitch("add_bos_token", true) ? config.SpecialTokens.Find("bos_token") : null;
        string? end = config.GetSwitch("add_eos_token", false) ? config.SpecialTokens.Find("eos_token") : null;
        string first = $"{(start is null ? string.Empty : start + ":0 ")}$A:0{(end is null ? string.Empty : $" {end}:0")}";
        string second = $"{(start is null ? string.Empty : $" {start}:1")} $B:1{(end is null ? string.Empty : $" {end}:1")}";
        return new ConvertedTemplate(first, first + second);
    }

    private static string CreateMetaspace(TokenizerConfig config, bool splits)
    {
        string scheme = !config.GetSwitch("add_prefix_space", true) ? "never" : config.GetSwitch("legacy", true) ? "always" : "first";
        return $$"""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "{{scheme}}", "split": {{(splits ? "true" : "false")}}}""";
    }

    private static string Sequence(params string[] steps) =>
        $$"""{"type": "Sequence", "normalizers": [{{string.Join(", ", Array.FindAll(steps, static step => step.Length > 0))}}]}""";

    private static void SetDefaults(string name, TokenizerConfig config)
    {
        SpecialTokens special = config.SpecialTokens;
        switch (name)
        {
            case "T5Tokenizer":
                SetAll(special, null, "</s>", "<unk>", null, "<pad>", null, null);
                special.SetDefaultAdditional(Enumerable.Range(0, config.ExtraIds ?? 100).Select(
                    static i => string.Create(CultureInfo.InvariantCulture, $"<extra_id_{i}>")));
                break;
            case "AlbertTokenizer":
                SetAll(special, "[CLS]", "[SEP]", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]");
                break;
            case "XLNetTokenizer":
                SetAll(special, "<s>", "</s>", "<unk>", "<sep>", "<pad>", "<cls>", "<mask>");
                special.SetDefaultAdditional(["<eop>", "<eod>"]);
                break;
            case "DebertaV2Tokenizer":
                special.SetDefault("unk_token", "[UNK]", isNormalized: true);
                SetAll(special, "[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", null);
                special.SetDefault("mask_token", "[MASK]");
                break;
            case "LlamaTokenizer":
                SetAll(special, "<s>", "</s>", "<unk>", null, null, null, null);
                break;
            case "GemmaTokenizer":
                SetAll(special, "<bos>", "<eos>", "<unk>", null, "<pad>", null, null);
                break;
            default:
                SetAll(special, "<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>");
                break;
        }

        if (name == "CamembertTokenizer")
        {
            special.SetDefaultAdditional(["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"]);
        }
    }

    private static void SetAll(
        SpecialTokens special, string? begin, string? end, string unknown, string? separator, string? pad, string? start, string? mask)
    {
        ReadOnlySpan<(string Role, string? Content)> defaults =
        [
            ("bos_token", begin), ("eos_token", end), ("unk_token", unknown), ("sep_token", separator), ("pad_token", pad),
            ("cls_token", start), ("mask_token", mask),
        ];
        foreach ((string role, string? content) in defaults)
        {
            if (content is not null)
            {
                special.SetDefault(role, content, stripsLeft: role == "mask_token");
            }
        }
    }
}

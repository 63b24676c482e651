using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Tokenizers;

/// <summary>The settings in <c>tokenizer_config.json</c>. A setting that the file does not contain is null.</summary>
internal sealed class TokenizerConfig
{
    private const string FileName = "tokenizer_config.json";
    private const string SpecialTokensFileName = "special_tokens_map.json";

    internal bool? Lowercase { get; private set; }

    internal bool? StripAccents { get; private set; }

    internal bool? SplitIdeographs { get; private set; }

    internal int? ModelMaxLength { get; private set; }

    /// <summary>Gets the name of transformers' class, without the suffix of its fast variant.</summary>
    internal string? TokenizerClass { get; private set; }

    internal TextSide? PaddingSide { get; private set; }

    internal TextSide? TruncationSide { get; private set; }

    internal int? PadTypeId { get; private set; }

    internal string? UnknownToken => SpecialTokens.Find("unk_token");

    internal string? ClassToken => SpecialTokens.Find("cls_token");

    internal string? SeparatorToken => SpecialTokens.Find("sep_token");

    internal string? PadToken => SpecialTokens.Find("pad_token");

    internal string? MaskToken => SpecialTokens.Find("mask_token");

    /// <summary>Gets the special tokens that have a role.</summary>
    internal SpecialTokens SpecialTokens { get; } = new();

    internal List<AddedToken> AddedTokens { get; } = [];

    /// <summary>Gets the settings of classes that are true or false, by name.</summary>
    private readonly Dictionary<string, bool> _switches = new(StringComparer.Ordinal);

    /// <summary>Gets how many tokens T5's class adds; null if the file does not say.</summary>
    internal int? ExtraIds { get; private set; }

    /// <summary>Gets a setting that is true or false.</summary>
    internal bool GetSwitch(string name, bool defaultValue) => _switches.TryGetValue(name, out bool value) ? value : defaultValue;

    /// <summary>Reads the file. Empty content has no settings.</summary>
    /// <exception cref="InvalidDataException">The file is not valid JSON, or a value has an unexpected type.</exception>
    internal static TokenizerConfig Read(ReadOnlySpan<byte> json)
    {
        var config = new TokenizerConfig();
        config.ReadSettings(json, FileName);
        return config;
    }

    /// <summary>Reads <c>special_tokens_map.json</c> over what was read before, as transformers does for models whose settings do not list
    /// their added tokens. Empty content has no settings.</summary>
    /// <exception cref="InvalidDataException">The file is not valid JSON, or a value has an unexpected type.</exception>
    internal void ReadSpecialTokens(ReadOnlySpan<byte> json) => ReadSettings(json, SpecialTokensFileName);

    internal WordPieceOptions ToWordPieceOptions()
    {
        var defaults = new WordPieceOptions();
        return new WordPieceOptions
        {
            Lowercase = Lowercase ?? defaults.Lowercase,
            StripAccents = StripAccents,
            SplitIdeographs = SplitIdeographs ?? defaults.SplitIdeographs,
            UnknownToken = UnknownToken ?? defaults.UnknownToken,
            ClassToken = ClassToken ?? defaults.ClassToken,
            SeparatorToken = SeparatorToken ?? defaults.SeparatorToken,
            PadToken = PadToken ?? defaults.PadToken,
            MaskToken = MaskToken ?? defaults.MaskToken,
            ModelMaxLength = ModelMaxLength,
            AddedTokens = AddedTokens,
        };
    }

    /// <summary>Gets the side at which the class pads if no file says it.</summary>
    internal TextSide DefaultPaddingSide =>
        TokenizerClass is "XLNetTokenizer" or "LlamaTokenizer" or "CodeLlamaTokenizer" or "GemmaTokenizer" or "CohereTokenizer"
            ? TextSide.Left
            : TextSide.Right;

    private void ReadSettings(ReadOnlySpan<byte> json, string fileName)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        if (json.IsEmpty)
        {
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            JsonFile.ExpectObject(ref reader, "The file's content");
            while (JsonFile.NextProperty(ref reader, out string name))
            {
                Set(name, ref reader);
            }
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.CreateException(fileName, exception);
        }
    }

    private void Set(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "do_lower_case": Lowercase = JsonFile.BooleanOrNull(ref reader); break;
            case "strip_accents": StripAccents = JsonFile.BooleanOrNull(ref reader); break;
            case "tokenize_chinese_chars": SplitIdeographs = JsonFile.BooleanOrNull(ref reader); break;
            case "model_max_length": ModelMaxLength = ReadLength(ref reader); break;
            case "tokenizer_class": TokenizerClass = ReadClass(ref reader); break;
            case "padding_side": PaddingSide = ReadSide(ref reader); break;
            case "truncation_side": TruncationSide = ReadSide(ref reader); break;
            case "pad_token_type_id": PadTypeId = JsonFile.Int32OrNull(ref reader); break;
            case "added_tokens_decoder": ReadAddedTokens(ref reader); break;
            case "extra_ids": ExtraIds = JsonFile.Int32OrNull(ref reader); break;
            case var role when SpecialTokens.IsRole(role): SpecialTokens.Read(role, ref reader); break;
            case "additional_special_tokens": SpecialTokens.ReadAdditional(ref reader); break;
            default: SetSwitch(name, ref reader); break;
        }
    }

    /// <summary>Files without a limit contain 10^30; a number that no sequence can reach counts as not set.</summary>
    private static int? ReadLength(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null || !reader.TryGetInt32(out int length) ? null : length;

    private static string? ReadClass(ref Utf8JsonReader reader)
    {
        const string FastSuffix = "Fast";
        string? name = JsonFile.StringOrNull(ref reader);
        return name is not null && name.EndsWith(FastSuffix, StringComparison.Ordinal) ? name[..^FastSuffix.Length] : name;
    }

    private static TextSide? ReadSide(ref Utf8JsonReader reader) => JsonFile.StringOrNull(ref reader) switch
    {
        null => null,
        "left" => TextSide.Left,
        "right" => TextSide.Right,
        string other => throw new JsonException($"A side is '{other}', expected 'left' or 'right'."),
    };

    private void SetSwitch(string name, ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
        {
            _switches[name] = reader.GetBoolean();
        }

        reader.Skip();
    }

    /// <summary>Reads <c>added_tokens.json</c>: the ids of tokens that were added to a vocabulary.</summary>
    /// <exception cref="InvalidDataException">The file is not valid JSON, or a value has an unexpected type.</exception>
    internal void ReadAddedTokens(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        if (json.IsEmpty)
        {
            return;
        }

        const string AddedTokensFileName = "added_tokens.json";
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            JsonFile.ExpectObject(ref reader, "The file's content");
            while (JsonFile.NextProperty(ref reader, out string content))
            {
                bool isSpecial = SpecialTokens.Contains(content);
                AddedTokens.Add(new AddedToken(reader.GetInt32(), content) { IsSpecial = isSpecial, IsNormalized = !isSpecial });
            }
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.CreateException(AddedTokensFileName, exception);
        }
    }

    private void ReadAddedTokens(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        JsonFile.ExpectObject(ref reader, "added_tokens_decoder");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            AddedTokens.Add(AddedTokenJson.Read(ref reader, int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture)));
        }
    }
}

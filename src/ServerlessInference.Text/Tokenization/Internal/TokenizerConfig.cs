using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>What <c>tokenizer_config.json</c> says. Null is "does not say".</summary>
internal sealed class TokenizerConfig
{
    private const string FileName = "tokenizer_config.json";

    internal bool? Lowercase { get; private set; }

    internal bool? StripAccents { get; private set; }

    internal bool? SplitIdeographs { get; private set; }

    internal int? ModelMaxLength { get; private set; }

    internal string? UnknownToken { get; private set; }

    internal string? ClassToken { get; private set; }

    internal string? SeparatorToken { get; private set; }

    internal string? PadToken { get; private set; }

    internal string? MaskToken { get; private set; }

    internal List<AddedToken> AddedTokens { get; } = [];

    /// <summary>Reads the file; nothing from empty content.</summary>
    /// <exception cref="ModelLoadException">Not JSON, or a value of another type than Hugging Face writes.</exception>
    internal static TokenizerConfig Read(ReadOnlySpan<byte> json)
    {
        var config = new TokenizerConfig();
        if (json.IsEmpty)
        {
            return config;
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            JsonFile.ExpectObject(ref reader, "The file's content");
            while (JsonFile.NextProperty(ref reader, out string name))
            {
                config.Set(name, ref reader);
            }
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.Unreadable(FileName, exception);
        }

        return config;
    }

    internal WordPieceOptions ToOptions()
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

    private void Set(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "do_lower_case": Lowercase = JsonFile.BooleanOrNull(ref reader); break;
            case "strip_accents": StripAccents = JsonFile.BooleanOrNull(ref reader); break;
            case "tokenize_chinese_chars": SplitIdeographs = JsonFile.BooleanOrNull(ref reader); break;
            case "model_max_length": ModelMaxLength = Length(ref reader); break;
            case "unk_token": UnknownToken = Token(ref reader); break;
            case "cls_token": ClassToken = Token(ref reader); break;
            case "sep_token": SeparatorToken = Token(ref reader); break;
            case "pad_token": PadToken = Token(ref reader); break;
            case "mask_token": MaskToken = Token(ref reader); break;
            case "added_tokens_decoder": ReadAddedTokens(ref reader); break;
            default: reader.Skip(); break;
        }
    }

    /// <summary>"No limit" is written as 10^30; whatever no sequence can reach counts as not said.</summary>
    private static int? Length(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null || !reader.TryGetInt32(out int length) ? null : length;

    /// <summary>A token is a string, or an object with its content.</summary>
    private static string? Token(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return JsonFile.StringOrNull(ref reader);
        }

        string? content = null;
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            if (name == "content")
            {
                content = JsonFile.StringOrNull(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return content;
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

using System.Text.Json;
using ServerlessInference.Tokenizers.Normalization;

namespace ServerlessInference.Tokenizers;

/// <summary>The sections of a <c>tokenizer.json</c> that make it BERT's tokenizer, which has an encoder of its own.</summary>
internal sealed class BertSections
{
    private bool _hasNormalizer;
    private bool _clean;
    private bool _ideographs;
    private bool? _accents;
    private bool _lowercase;

    /// <summary>Gets whether decoding removes spaces before punctuation.</summary>
    internal bool CleansDecoded { get; private set; } = true;

    /// <summary>Reads the sections.</summary>
    /// <returns>The sections; null if the tokenizer is not BERT's.</returns>
    internal static BertSections? TryRead(
        ReadOnlySpan<byte> normalizer, ReadOnlySpan<byte> preTokenizer, ReadOnlySpan<byte> decoder, ModelJson model)
    {
        bool isBert = model.FitsBertEncoder()
            && ReadType(preTokenizer) == "BertPreTokenizer"
            && ReadType(decoder) == "WordPiece"
            && ReadType(normalizer) is null or "BertNormalizer";
        if (!isBert)
        {
            return null;
        }

        var sections = new BertSections();
        if (!normalizer.IsEmpty)
        {
            sections.ReadNormalizer(normalizer);
        }

        return sections.ReadDecoder(decoder, model.Prefix) ? sections : null;
    }

    /// <summary>Combines the file's normalizer with the settings of <c>tokenizer_config.json</c>, which take precedence as in
    /// transformers. A file without a normalizer stays without one.</summary>
    internal NormalizerSettings CreateNormalizer(TokenizerConfig config)
    {
        if (!_hasNormalizer)
        {
            return default;
        }

        bool lowercase = config.Lowercase ?? _lowercase;
        bool stripAccents = config.StripAccents ?? _accents ?? lowercase;
        return new NormalizerSettings(_clean, config.SplitIdeographs ?? _ideographs, stripAccents, lowercase);
    }

    private void ReadNormalizer(ReadOnlySpan<byte> section)
    {
        _hasNormalizer = _clean = _ideographs = _lowercase = true;
        var reader = new Utf8JsonReader(section);
        reader.Read();
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "clean_text": _clean = reader.GetBoolean(); break;
                case "handle_chinese_chars": _ideographs = reader.GetBoolean(); break;
                case "strip_accents": _accents = JsonFile.BooleanOrNull(ref reader); break;
                case "lowercase": _lowercase = reader.GetBoolean(); break;
                default: reader.Skip(); break;
            }
        }
    }

    /// <summary>Reads the decoder; returns whether it joins the tokens of this model.</summary>
    private bool ReadDecoder(ReadOnlySpan<byte> section, string prefix)
    {
        bool isSame = true;
        var reader = new Utf8JsonReader(section);
        reader.Read();
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "cleanup": CleansDecoded = reader.GetBoolean(); break;
                case "prefix": isSame = reader.GetString() == prefix; break;
                default: reader.Skip(); break;
            }
        }

        return isSame;
    }

    private static string? ReadType(ReadOnlySpan<byte> section)
    {
        if (section.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(section);
        reader.Read();
        JsonFile.ExpectObject(ref reader, "A part of the tokenizer");
        string? type = string.Empty;
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            if (name == "type")
            {
                type = reader.GetString() ?? string.Empty;
            }
            else
            {
                reader.Skip();
            }
        }

        return type;
    }
}

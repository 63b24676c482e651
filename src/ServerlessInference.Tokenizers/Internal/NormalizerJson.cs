using System.Text.Json;
using ServerlessInference.Tokenizers.Normalization;

namespace ServerlessInference.Tokenizers;

/// <summary>Creates the steps of the section <c>normalizer</c> of <c>tokenizer.json</c>.</summary>
internal static class NormalizerJson
{
    /// <summary>Adds the steps of a normalizer.</summary>
    /// <exception cref="JsonException">The normalizer is not known, or is incomplete.</exception>
    /// <exception cref="FormatException">A regular expression or a character map is not valid.</exception>
    internal static void AddSteps(JsonElement part, TokenizerConfig config, List<Normalizer> steps)
    {
        string kind = ComponentJson.GetKind(part, "normalizer");
        switch (kind)
        {
            case "Sequence":
                foreach (JsonElement step in ComponentJson.Require(part, "normalizers").EnumerateArray())
                {
                    AddSteps(step, config, steps);
                }

                break;
            case "BertNormalizer":
                AddBert(part, config, steps);
                break;
            case "Strip":
                steps.Add(new StripNormalizer(
                    ComponentJson.Require(part, "strip_left").GetBoolean(), ComponentJson.Require(part, "strip_right").GetBoolean()));
                break;
            case "Replace":
                steps.Add(new ReplaceNormalizer(ComponentJson.GetPattern(part), ComponentJson.GetString(part, "content")));
                break;
            case "Prepend":
                steps.Add(new PrependNormalizer(ComponentJson.GetString(part, "prepend")));
                break;
            case "Precompiled":
                steps.Add(PrecompiledNormalizer.Create(ComponentJson.Require(part, "precompiled_charsmap").GetBytesFromBase64()));
                break;
            default:
                steps.Add(CreateSimple(kind));
                break;
        }
    }

    private static Normalizer CreateSimple(string kind) => kind switch
    {
        "NFC" => new UnicodeFormNormalizer(composes: true, isCompatible: false),
        "NFD" => new UnicodeFormNormalizer(composes: false, isCompatible: false),
        "NFKC" => new UnicodeFormNormalizer(composes: true, isCompatible: true),
        "NFKD" => new UnicodeFormNormalizer(composes: false, isCompatible: true),
        "Lowercase" => new CharacterNormalizer(CharacterNormalizer.Kind.Lowercase),
        "StripAccents" => new CharacterNormalizer(CharacterNormalizer.Kind.StripAccents),
        "Nmt" => new CharacterNormalizer(CharacterNormalizer.Kind.Nmt),
        "ByteLevel" => new ByteLevelNormalizer(),
        _ => throw new JsonException($"The normalizer is '{kind}', which is not known."),
    };

    private static void AddBert(JsonElement part, TokenizerConfig config, List<Normalizer> steps)
    {
        bool lowercase = config.Lowercase ?? ComponentJson.Require(part, "lowercase").GetBoolean();
        bool stripsAccents = config.StripAccents ?? ComponentJson.GetBoolean(part, "strip_accents", lowercase);
        if (ComponentJson.Require(part, "clean_text").GetBoolean())
        {
            steps.Add(new CharacterNormalizer(CharacterNormalizer.Kind.Clean));
        }

        if (config.SplitIdeographs ?? ComponentJson.Require(part, "handle_chinese_chars").GetBoolean())
        {
            steps.Add(new CharacterNormalizer(CharacterNormalizer.Kind.SpaceIdeographs));
        }

        if (stripsAccents)
        {
            steps.Add(new UnicodeFormNormalizer(composes: false, isCompatible: false));
            steps.Add(new CharacterNormalizer(CharacterNormalizer.Kind.StripNonspacing));
        }

        if (lowercase)
        {
            steps.Add(new CharacterNormalizer(CharacterNormalizer.Kind.Lowercase));
        }
    }
}

using System.Text;
using System.Text.Json;
using ServerlessInference.Tokenizers.PreTokenization;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers;

/// <summary>Creates the steps of the section <c>pre_tokenizer</c> of <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerJson
{
    /// <summary>Creates the steps of a pre-tokenizer.</summary>
    /// <param name="part">The section.</param>
    /// <param name="readsBytes">Whether the model looks bytes up itself, so that the last step leaves them alone; set to whether that step
    /// is there.</param>
    /// <exception cref="JsonException">The pre-tokenizer is not known, or is incomplete.</exception>
    /// <exception cref="FormatException">A regular expression is not valid.</exception>
    internal static List<PreTokenizer> CreateSteps(JsonElement part, ref bool readsBytes)
    {
        var parts = new List<JsonElement>();
        Flatten(part, parts);
        readsBytes &= parts.Count > 0 && ComponentJson.GetKind(parts[^1], "pre-tokenizer") == "ByteLevel";
        var steps = new List<PreTokenizer>();
        for (int i = 0; i < parts.Count; i++)
        {
            AddStep(parts[i], convertsBytes: !(readsBytes && i == parts.Count - 1), steps);
        }

        return steps;
    }

    private static void Flatten(JsonElement part, List<JsonElement> parts)
    {
        if (ComponentJson.GetKind(part, "pre-tokenizer") != "Sequence")
        {
            parts.Add(part);
            return;
        }

        foreach (JsonElement step in ComponentJson.Require(part, "pretokenizers").EnumerateArray())
        {
            Flatten(step, parts);
        }
    }

    private static void AddStep(JsonElement part, bool convertsBytes, List<PreTokenizer> steps)
    {
        string kind = ComponentJson.GetKind(part, "pre-tokenizer");
        switch (kind)
        {
            case "BertPreTokenizer":
                steps.Add(CreateCharacterSplit(CharacterKind.WhiteSpace, SplitBehavior.Removed));
                steps.Add(CreateCharacterSplit(CharacterKind.Punctuation, SplitBehavior.Isolated));
                break;
            case "WhitespaceSplit":
                steps.Add(CreateCharacterSplit(CharacterKind.WhiteSpace, SplitBehavior.Removed));
                break;
            case "Whitespace":
                steps.Add(new SplitPreTokenizer(new WordsPattern(), SplitBehavior.Removed, isInverted: true));
                break;
            case "Punctuation":
                steps.Add(CreateCharacterSplit(CharacterKind.Punctuation, GetBehavior(part, SplitBehavior.Isolated)));
                break;
            case "Digits":
                bool isIndividual = ComponentJson.Require(part, "individual_digits").GetBoolean();
                steps.Add(CreateCharacterSplit(CharacterKind.Numeric, isIndividual ? SplitBehavior.Isolated : SplitBehavior.Contiguous));
                break;
            case "CharDelimiterSplit":
                var delimiter = new LiteralPattern(ComponentJson.GetCharacter(part, "delimiter").ToString());
                steps.Add(new SplitPreTokenizer(delimiter, SplitBehavior.Removed, isInverted: false));
                break;
            case "Split":
                steps.Add(new SplitPreTokenizer(
                    ComponentJson.GetPattern(part), GetBehavior(part, null), ComponentJson.Require(part, "invert").GetBoolean()));
                break;
            case "UnicodeScripts":
                steps.Add(new ScriptPreTokenizer());
                break;
            case "FixedLength":
                steps.Add(CreateFixedLength(part));
                break;
            case "Metaspace":
                steps.Add(CreateMetaspace(part));
                break;
            case "ByteLevel":
                ComponentJson.Require(part, "trim_offsets");
                steps.Add(new ByteLevelPreTokenizer(
                    ComponentJson.Require(part, "add_prefix_space").GetBoolean(),
                    ComponentJson.GetBoolean(part, "use_regex", defaultValue: true),
                    convertsBytes));
                break;
            default:
                throw new JsonException($"The pre-tokenizer is '{kind}', which is not known.");
        }
    }

    private static SplitPreTokenizer CreateCharacterSplit(CharacterKind kind, SplitBehavior behavior) =>
        new(new CharacterPattern(kind), behavior, isInverted: false);

    private static SplitBehavior GetBehavior(JsonElement part, SplitBehavior? defaultValue)
    {
        if (defaultValue is { } value && !part.TryGetProperty("behavior", out _))
        {
            return value;
        }

        string name = ComponentJson.GetString(part, "behavior");
        return name switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            _ => throw new JsonException($"The behavior of a pre-tokenizer is '{name}', which is not known."),
        };
    }

    private static FixedLengthPreTokenizer CreateFixedLength(JsonElement part)
    {
        int length = part.TryGetProperty("length", out JsonElement value) ? value.GetInt32() : 5;
        return length > 0 ? new(length) : throw new JsonException($"The length of a pre-tokenizer is {length}; it must be 1 or more.");
    }

    private static MetaspacePreTokenizer CreateMetaspace(JsonElement part)
    {
        PrependScheme scheme = GetScheme(part);
        return new MetaspacePreTokenizer(GetReplacement(part), scheme, ComponentJson.GetBoolean(part, "split", defaultValue: true));
    }

    /// <summary>Reads the replacement of Metaspace.</summary>
    internal static char GetReplacement(JsonElement part)
    {
        Rune replacement = ComponentJson.GetCharacter(part, "replacement");
        return replacement.IsBmp
            ? (char)replacement.Value
            : throw new JsonException($"The replacement of Metaspace is '{replacement}'; characters up to U+FFFF are supported.");
    }

    /// <summary>Reads before which pieces Metaspace puts its character.</summary>
    internal static PrependScheme GetScheme(JsonElement part)
    {
        string name = part.TryGetProperty("prepend_scheme", out _) ? ComponentJson.GetString(part, "prepend_scheme") : "always";
        PrependScheme scheme = name switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw new JsonException($"The prepend_scheme of Metaspace is '{name}', which is not known."),
        };
        return ComponentJson.GetBoolean(part, "add_prefix_space", defaultValue: true) || scheme == PrependScheme.Never
            ? scheme
            : throw new JsonException($"Metaspace has add_prefix_space false, but its prepend_scheme is '{name}'.");
    }
}

using System.Text;
using System.Text.Json;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Compares with a golden encoding. Golden offsets count code points; those of the library count UTF-16 code units.</summary>
internal static class TokenizerGolden
{
    internal static void Check(JsonElement golden, TokenEncoding actual, string first, string? second, Tokenizer tokenizer)
    {
        string[] expected = Describe(golden, first, second);
        string[] found = Describe(actual, tokenizer);
        Assert.Equal(expected, found);
    }

    private static string[] Describe(JsonElement golden, string first, string? second)
    {
        int count = golden.GetProperty("ids").GetArrayLength();
        string[] lines = new string[count];
        JsonElement[] words = [.. golden.GetProperty("word_ids").EnumerateArray()];
        int[] typeIds = Numbers(golden, "type_ids");
        int[] special = Numbers(golden, "special");
        for (int i = 0; i < count; i++)
        {
            string text = typeIds[i] == 1 && special[i] == 0 ? second! : first;
            JsonElement offsets = golden.GetProperty("offsets")[i];
            int start = Units(text, offsets[0].GetInt32());
            int end = Units(text, offsets[1].GetInt32());
            lines[i] = Line(
                Numbers(golden, "ids")[i], typeIds[i], Numbers(golden, "mask")[i], special[i], start, end,
                words[i].ValueKind == JsonValueKind.Null ? -1 : words[i].GetInt32(), golden.GetProperty("tokens")[i].GetString());
        }

        return lines;
    }

    private static string[] Describe(TokenEncoding encoding, Tokenizer tokenizer)
    {
        string[] lines = new string[encoding.Count];
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = Line(
                encoding.Ids[i], encoding.TypeIds[i], encoding.AttentionMask[i], encoding.SpecialTokensMask[i],
                encoding.Offsets[i].Start, encoding.Offsets[i].End, encoding.WordIds[i], tokenizer.GetToken(encoding.Ids[i]));
        }

        return lines;
    }

    private static string Line(int id, int type, int mask, int special, int start, int end, int word, string? token) =>
        $"{id} type {type} mask {mask} special {special} at {start}-{end} word {word} '{token}'";

    private static int[] Numbers(JsonElement golden, string name) =>
        [.. golden.GetProperty(name).EnumerateArray().Select(static e => e.GetInt32())];

    private static int Units(string text, int codePoints)
    {
        int units = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (codePoints-- == 0)
            {
                break;
            }

            units += rune.Utf16SequenceLength;
        }

        return units;
    }
}

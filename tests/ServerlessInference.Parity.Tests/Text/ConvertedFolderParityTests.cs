using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Folders without <c>tokenizer.json</c> give what Hugging Face's Rust library gives with the <c>tokenizer.json</c> that
/// transformers makes of them.</summary>
public sealed class ConvertedFolderParityTests
{
    private static readonly (int, string)[] _sentencePieceStart = [(2, "<unk>"), (3, "<s>"), (3, "</s>")];

    [Theory]
    [InlineData("gpt2", "GPT2Tokenizer", "")]
    [InlineData("roberta-base", "RobertaTokenizer", "")]
    [InlineData("clip", "CLIPTokenizer", "")]
    public void Load_VocabularyAndMerges_IdenticalToRust(string family, string name, string settings)
    {
        JsonNode tokenizer = ReadNode("tokenizers", family, "tokenizer.json.gz");

        Compare(family, new ConvertedFolder(tokenizer).WithPairs().WithSavedConfig(name, settings).Load());
    }

    [Fact]
    public void Load_XlmRoberta_IdenticalToRust()
    {
        JsonNode tokenizer = ReadNode("tokenizers", "xlm-roberta-new-made", "tokenizer.json.gz");
        ConvertedFolder folder = new ConvertedFolder(tokenizer)
            .WithUnigram("sentencepiece.bpe.model", _sentencePieceStart, skipped: 4, last: 1)
            .WithConfig("""{"tokenizer_class": "XLMRobertaTokenizer"}""");

        Compare("xlm-roberta-new-made", folder.Load());
    }

    [Fact]
    public void Load_DebertaV2_IdenticalToRust()
    {
        JsonNode tokenizer = ReadNode("tokenizers", "deberta-v3", "tokenizer.json.gz");
        ConvertedFolder folder = new ConvertedFolder(tokenizer)
            .WithUnigram("spm.model", [(3, "[PAD]"), (3, "[CLS]"), (3, "[SEP]"), (2, "[UNK]")], skipped: 4, last: 0)
            .WithConfig("""{"tokenizer_class": "DebertaV2TokenizerFast", "do_lower_case": false}""");

        Compare("deberta-v3", folder.Load());
    }

    [Theory]
    [InlineData("mistral-v0.1", """, "legacy": false""")]
    [InlineData("phi-3", """, "legacy": true, "add_bos_token": false""")]
    public void Load_Llama_IdenticalToRust(string family, string settings)
    {
        JsonNode tokenizer = ReadNode("tokenizers", family, "tokenizer.json.gz");

        Compare(family, new ConvertedFolder(tokenizer).WithBpe("tokenizer.model").WithSavedConfig("LlamaTokenizer", settings).Load());
    }

    /// <summary>The files of these families were written by older converters, which split at all white space. Texts without other white
    /// space than single spaces and without special tokens have the same tokens. A row of equal characters has splits of equal sums,
    /// between which the last bit of a score decides: Rust reads it from a file a little differently than transformers gets it from the
    /// model.</summary>
    [Theory]
    [InlineData("t5-small", "T5Tokenizer", 3, 100, "<pad>", "</s>", "<unk>")]
    [InlineData("albert", "AlbertTokenizer", 5, 0, "<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")]
    [InlineData("xlnet-base-cased", "XLNetTokenizer", 9, 0, "<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>", "<eod>", "<eop>")]
    [InlineData("camembert-made", "CamembertTokenizer", 7, 1, "<unk>", "<s>", "</s>")]
    public void Load_OlderFamilies_IdenticalToRustForSingleSpaces(
        string family, string name, int skipped, int last, params string[] first)
    {
        JsonNode tokenizer = ReadNode("tokenizers", family, "tokenizer.json.gz");
        (int, string)[] pieces = [.. first.Select(static text => (text == "<unk>" ? 2 : 3, text))];
        Tokenizer converted = new ConvertedFolder(tokenizer)
            .WithUnigram("spiece.model", pieces, skipped, last)
            .WithSavedConfig(name)
            .Load();

        int count = 0;
        foreach (JsonElement item in Read("golden", "tokenizers", family + ".json.gz").GetProperty("cases").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            if (HasOnlySingleSpaces(text))
            {
                string expected = string.Join(',', item.GetProperty("ids").EnumerateArray().Select(static id => id.GetInt32()));
                Assert.True(expected == string.Join(',', converted.Encode(text).Ids.ToArray()), $"{text}\n{expected}");
                count++;
            }
        }

        Assert.True(count > 60, $"Only {count} texts were compared.");
    }

    private static bool HasOnlySingleSpaces(string text) =>
        text.Trim() == text && text.Length > 0
        && text.IndexOfAny(['<', '[', '\uFFFD']) < 0 && !HasRow(text) && !text.Contains("  ", StringComparison.Ordinal)
        && text.EnumerateRunes().All(static rune => rune.Value == ' ' || System.Text.Rune.GetUnicodeCategory(rune) is not
            (UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned));

    private static bool HasRow(string text) =>
        Enumerable.Range(0, Math.Max(0, text.Length - 8)).Any(i => text.AsSpan(i, 8).Count(text[i]) == 8);

    private static void Compare(string family, Tokenizer tokenizer)
    {
        var comparison = new FamilyGolden(Read("golden", "tokenizers", family + ".json.gz"), tokenizer);
        IReadOnlyList<string> differences = comparison.Compare();
        string first = string.Join('\n', differences.Take(5));
        Assert.True(differences.Count == 0, $"{family}: {differences.Count} of {comparison.Count} differ:\n{first}");
        Assert.True(comparison.Count >= 200, $"{family}: only {comparison.Count} encodings were compared.");
    }

    private static JsonNode ReadNode(params string[] parts) => JsonNode.Parse(Unpack(parts))!;

    private static JsonElement Read(params string[] parts)
    {
        using JsonDocument document = JsonDocument.Parse(Unpack(parts));
        return document.RootElement.Clone();
    }

    private static byte[] Unpack(params string[] parts)
    {
        using var packed = new GZipStream(File.OpenRead(Reference.File(parts)), CompressionMode.Decompress);
        var file = new MemoryStream();
        packed.CopyTo(file);
        return file.ToArray();
    }
}

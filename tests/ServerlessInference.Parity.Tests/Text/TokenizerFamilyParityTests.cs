using System.IO.Compression;
using System.Text.Json;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Compares with every golden encoding that Hugging Face's Rust tokenizers 0.23.2 made of real tokenizer files, and of small files
/// with one part or option each. All of them are identical.</summary>
public sealed class TokenizerFamilyParityTests
{
    private const string SmallFiles = "small";

    public static TheoryData<string> Families =>
    [
        "albert", "bert-bpe-small", "bge-m3-made", "camembert-made", "clip", "codet5", "deberta-v3", "esm-made", "falcon",
        "gemma-layout-made", "gpt-neox", "gpt2", "llama3-layout-made", "marian-nmt", "mbart-en", "mistral-v0.1", "modernbert", "mpnet",
        "pegasus", "phi-3", "qwen3", "roberta-base", "siglip-made", "smollm", "sqlpilot-bpe", "t5-small", "wav2vec-made", "whisper-tiny",
        "xlm-roberta-made", "xlm-roberta-new-made", "xlnet-base-cased",
    ];

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_TokenizerFile_IdenticalToRust(string family)
    {
        JsonElement golden = ReadJson($"golden/tokenizers/{family}.json.gz");
        byte[] file = Unpack($"tokenizers/{family}/tokenizer.json.gz");
        Compare(family, file, golden, minCount: 200);
    }

    [Fact]
    public void Guide_TableOfFamilies_NamesEveryFileThatIsCompared()
    {
        string guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guides", "text-from-hugging-face.md"));
        string table = guide[guide.IndexOf("| family |", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];
        string[] named = [.. table.Split('`').Where(static (_, i) => i % 2 == 1).Order(StringComparer.Ordinal)];
        Assert.Equal(Families.Select(static row => row.Data).Order(StringComparer.Ordinal), named);
    }

    [Fact]
    public void Encode_SmallFiles_IdenticalToRust()
    {
        JsonElement golden = ReadJson($"golden/tokenizers/{SmallFiles}.json.gz");
        JsonElement files = ReadJson($"tokenizers/{SmallFiles}.json.gz");
        int count = 0;
        foreach (JsonProperty file in files.EnumerateObject())
        {
            Compare(file.Name, JsonSerializer.SerializeToUtf8Bytes(file.Value), golden.GetProperty(file.Name), minCount: 100);
            count++;
        }

        Assert.Equal(77, count);
    }

    [Fact]
    public void FromTokenizerJson_OddFiles_LoadsOrRefusesAsRustDoes()
    {
        var differences = new List<string>();
        foreach (JsonElement item in ReadJson("golden/tokenizers/load.json.gz").EnumerateArray())
        {
            // Where Rust aborts, or fails at the first unknown character, the file is refused.
            bool loads = item.GetProperty("loads").GetBoolean()
                && !item.TryGetProperty("panics", out _)
                && !item.TryGetProperty("encode_error", out _);
            string? found = Describe(item, loads);
            if (found is not null)
            {
                differences.Add($"{item.GetProperty("name")}: {found}");
            }
        }

        Assert.Empty(differences);
    }

    private static string? Describe(JsonElement item, bool loads)
    {
        try
        {
            Tokenizer tokenizer = Tokenizer.FromTokenizerJson(JsonSerializer.SerializeToUtf8Bytes(item.GetProperty("tokenizer")));
            if (!loads)
            {
                return "is loaded, but should be refused";
            }

            string expected = string.Join(',', item.GetProperty("ids").EnumerateArray().Select(static e => e.GetInt32()));
            string actual = string.Join(',', tokenizer.Encode(item.GetProperty("text").GetString()!).Ids.ToArray());
            return expected == actual ? null : $"has the ids {actual}, expected {expected}";
        }
        catch (InvalidDataException exception)
        {
            return loads ? exception.Message : null;
        }
    }

    private static void Compare(string name, byte[] file, JsonElement golden, int minCount)
    {
        var comparison = new FamilyGolden(golden, Tokenizer.FromTokenizerJson(file));
        IReadOnlyList<string> differences = comparison.Compare();
        string first = string.Join('\n', differences.Take(5));
        Assert.True(differences.Count == 0, $"{name}: {differences.Count} of {comparison.Count} differ:\n{first}");
        Assert.True(comparison.Count >= minCount, $"{name}: only {comparison.Count} encodings were compared.");
    }

    private static JsonElement ReadJson(string name)
    {
        using JsonDocument document = JsonDocument.Parse(Unpack(name));
        return document.RootElement.Clone();
    }

    private static byte[] Unpack(string name)
    {
        using var packed = new GZipStream(File.OpenRead(Reference.File(name)), CompressionMode.Decompress);
        var file = new MemoryStream();
        packed.CopyTo(file);
        return file.ToArray();
    }
}

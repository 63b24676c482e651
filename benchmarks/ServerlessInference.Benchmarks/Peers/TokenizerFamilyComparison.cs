using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Tokenizers;
using ServerlessInference.Benchmarks.Text;
using ServerlessInference.Tokenizers;
using OurTokenizer = ServerlessInference.Tokenizers.Tokenizer;
using RustTokenizer = Tokenizers.DotNet.Tokenizer;

namespace ServerlessInference.Benchmarks.Peers;

/// <summary>
/// Compares BPE and Unigram tokenizers with Tokenizers.DotNet, which wraps Hugging Face's library in Rust, and GPT-2's with
/// Microsoft.ML.Tokenizers as well; one thread each, in turns.
/// </summary>
/// <remarks>
/// The texts are pieces of English and of multilingual text. The two peers return new arrays or lists of ids; ours writes into memory of
/// the caller.
/// </remarks>
internal static class TokenizerFamilyComparison
{
    private const int PieceLength = 2000;
    private const int Pieces = 150;

    private static readonly string[] _families =
        ["gpt2", "roberta-base", "qwen3", "clip", "t5-small", "xlm-roberta-made", "deberta-v3", "mistral-v0.1", "phi-3"];

    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 20 if left out; then the families, all if left out.</param>
    public static void Run(string[] arguments)
    {
        int rounds = InterleavedTiming.Rounds(arguments, 20);
        string? root = EnglishText.FindReference("tokenizers", "text");
        if (root is null)
        {
            Console.WriteLine(
                "tokenizers/text is missing: set SERVERLESS_INFERENCE_REFERENCE to the directory that holds 'tokenizers', or put it at " +
                "../shared/reference next to the repository.");
            return;
        }

        foreach (string family in arguments.Length > 1 ? arguments[1..] : _families)
        {
            string file = Path.Combine(root, "..", family, "tokenizer.json.gz");
            Compare($"{family}, English", rounds, file, ReadPieces(Path.Combine(root, "english-3mb.txt.gz")), family);
            Compare($"{family}, multilingual", rounds, file, ReadPieces(Path.Combine(root, "multilingual-1mb.txt.gz")), family);
        }
    }

    private static void Compare(string title, int rounds, string file, string[] texts, string family)
    {
        byte[] json = Unpack(file);
        OurTokenizer ours = OurTokenizer.FromTokenizerJson(json);
        using RustTokenizer rust = UntruncatedRustTokenizer.Create(json);
        int[] ids = new int[PieceLength * 4];
        var encoding = new TokenEncoding();
        var options = new EncodeOptions { AddSpecialTokens = false };
        const string Rust = "Tokenizers.DotNet, ids";
        List<TimedAction> actions =
        [
            new(Rust, () => Array.ForEach(texts, text => rust.Encode(text))),
            new("ours, ids", () => Array.ForEach(texts, text => ours.EncodeIds(text, ids)), Baseline: Rust),
            new("ours, with offsets", () => Array.ForEach(texts, text => ours.Encode(text, encoding, options)), Baseline: "ours, ids"),
        ];
        if (family == "gpt2")
        {
            CodeGenTokenizer microsoft = CreateMicrosoft(json);
            actions.Add(new(
                "Microsoft.ML.Tokenizers, ids", () => Array.ForEach(texts, text => microsoft.EncodeToIds(text)), Baseline: Rust));
        }

        int bytes = texts.Sum(Encoding.UTF8.GetByteCount);
        InterleavedTiming.Run($"{title}, {bytes:N0} bytes (MB/s: {bytes / 1e3:F0} divided by ms)", rounds, [.. actions]);
    }

    private static CodeGenTokenizer CreateMicrosoft(byte[] json)
    {
        JsonNode model = JsonNode.Parse(json)!["model"]!;
        string merges = "#version: 0.2\n" + string.Join('\n', model["merges"]!.AsArray().Select(static merge => (string)merge!));
        return CodeGenTokenizer.Create(
            new MemoryStream(Encoding.UTF8.GetBytes(model["vocab"]!.ToJsonString())),
            new MemoryStream(Encoding.UTF8.GetBytes(merges)),
            addPrefixSpace: false,
            addBeginOfSentence: false);
    }

    private static string[] ReadPieces(string file)
    {
        string text = Encoding.UTF8.GetString(Unpack(file));
        return [.. text.Chunk(PieceLength).Take(Pieces).Select(static piece => new string(piece))];
    }

    private static byte[] Unpack(string file)
    {
        using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        var content = new MemoryStream();
        packed.CopyTo(content);
        return content.ToArray();
    }
}

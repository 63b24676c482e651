using System.Text;
using System.Text.Json.Nodes;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Writes the files from which transformers once made a <c>tokenizer.json</c>: the reverse of what its converters do.</summary>
internal sealed class ConvertedFolder(JsonNode tokenizer)
{
    private const int Unknown = 2;
    private const int Control = 3;
    private const int Byte = 6;

    private readonly Dictionary<string, byte[]> _files = [];

    internal Tokenizers.Tokenizer Load() => Tokenizers.Tokenizer.Load(
        name => _files.TryGetValue(name, out byte[]? content) ? content : (ReadOnlyMemory<byte>?)null, "the folder");

    internal ConvertedFolder WithConfig(string json)
    {
        _files["tokenizer_config.json"] = Encoding.UTF8.GetBytes(json);
        return this;
    }

    /// <summary>Writes settings with the class and all added tokens, as transformers saves them.</summary>
    internal ConvertedFolder WithSavedConfig(string name, string settings = "")
    {
        var decoder = new JsonObject();
        foreach (JsonNode? token in tokenizer["added_tokens"]!.AsArray())
        {
            decoder[$"{token!["id"]}"] = token.DeepClone();
        }

        return WithConfig($$"""{"tokenizer_class": "{{name}}", "added_tokens_decoder": {{decoder.ToJsonString()}}{{settings}}}""");
    }

    /// <summary>Writes <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    internal ConvertedFolder WithPairs()
    {
        JsonNode model = tokenizer["model"]!;
        _files["vocab.json"] = Encoding.UTF8.GetBytes(model["vocab"]!.ToJsonString());
        IEnumerable<string> merges = model["merges"]!.AsArray().Select(
            static merge => merge is JsonArray pair ? $"{pair[0]} {pair[1]}" : (string)merge!);
        _files["merges.txt"] = Encoding.UTF8.GetBytes($"#version: 0.2\n{string.Join('\n', merges)}\n");
        return this;
    }

    /// <summary>Writes a Unigram model.</summary>
    /// <param name="fileName">The name of the file.</param>
    /// <param name="first">The pieces at the beginning, as kind and text, that transformers' converter replaces or keeps.</param>
    /// <param name="skipped">How many pieces of the tokenizer they stand for.</param>
    /// <param name="last">How many pieces the converter adds at the end.</param>
    internal ConvertedFolder WithUnigram(string fileName, (int Kind, string Text)[] first, int skipped, int last)
    {
        var file = new ProtobufWriter();
        foreach ((int kind, string text) in first)
        {
            AddPiece(file, text, 0, kind);
        }

        JsonArray pieces = tokenizer["model"]!["vocab"]!.AsArray();
        bool penalizes = tokenizer["normalizer"]!.ToJsonString().Contains("``", StringComparison.Ordinal);
        for (int i = skipped; i < pieces.Count - last; i++)
        {
            string text = (string)pieces[i]![0]!;
            bool isPenalized = penalizes && text.Length >= 2 && text[^1] == ',' && char.IsDigit(text[^2]);
            AddPiece(file, text, (float)((double)pieces[i]![1]! + (isPenalized ? 100 : 0)), 1);
        }

        int unknown = Array.FindIndex(first, static piece => piece.Kind == Unknown);
        file.Message(2, new ProtobufWriter().Varint(3, 1).Varint(40, unknown));
        string? map = FindCharacterMap(tokenizer["normalizer"]);
        if (map is not null)
        {
            file.Message(3, new ProtobufWriter().Bytes(2, Convert.FromBase64String(map)));
        }

        _files[fileName] = file.ToArray();
        return this;
    }

    /// <summary>Writes a BPE model with byte pieces. Pieces that earlier merges result in have higher scores.</summary>
    internal ConvertedFolder WithBpe(string fileName)
    {
        var file = new ProtobufWriter();
        var scores = new Dictionary<string, float>();
        foreach (JsonNode? merge in tokenizer["model"]!["merges"]!.AsArray())
        {
            string[] parts = merge is JsonArray pair ? [(string)pair[0]!, (string)pair[1]!] : ((string)merge!).Split(' ');
            scores.TryAdd(parts[0] + parts[1], -scores.Count);
        }

        foreach ((string text, JsonNode? id) in tokenizer["model"]!["vocab"]!.AsObject().OrderBy(static piece => (int)piece.Value!))
        {
            bool isByte = text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal);
            int kind = (int)id! == 0 ? Unknown : (int)id! < 3 ? Control : isByte ? Byte : 1;
            AddPiece(file, text, kind == 1 ? scores.GetValueOrDefault(text, -scores.Count) : 0, kind);
        }

        file.Message(2, new ProtobufWriter().Varint(3, 2).Varint(40, 0).Text(45, "<unk>"));
        _files[fileName] = file.ToArray();
        return this;
    }

    private static void AddPiece(ProtobufWriter file, string text, float score, int kind) =>
        file.Message(1, new ProtobufWriter().Text(1, text).Fixed32(2, score).Varint(3, kind));

    private static string? FindCharacterMap(JsonNode? normalizer) =>
        (string?)normalizer?["precompiled_charsmap"]
        ?? normalizer?["normalizers"]?.AsArray().Select(FindCharacterMap).FirstOrDefault(static map => map is not null);
}

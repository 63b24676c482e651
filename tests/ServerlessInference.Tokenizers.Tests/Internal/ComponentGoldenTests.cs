using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessInference.Tokenizers.Decoding;
using ServerlessInference.Tokenizers.Models;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.PreTokenization;

namespace ServerlessInference.Tokenizers.Tests;

/// <summary>Compares each part of a <c>tokenizer.json</c> alone with what Hugging Face's Rust tokenizers 0.23.2 makes of the same texts.
/// All results are identical.</summary>
public sealed class ComponentGoldenTests
{
    private readonly List<string> _differences = [];
    private int _count;

    [Fact]
    public void Components_GoldenTexts_IdenticalToRust()
    {
        JsonNode golden = Unpack("golden", "tokenizers", "components.json.gz");
        string[] texts = [.. golden["texts"]!.AsArray().Select(static text => text!.GetValue<string>())];
        string[][] tokens = [.. golden["decoder_tokens"]!.AsArray().Select(static list => list!.Deserialize<string[]>()!)];
        ForEach(golden["normalizers"]!, texts, CreateNormalizer);
        ForEach(golden["pre_tokenizers"]!, texts, CreatePreTokenizer);
        ForEach(golden["decoders"]!, tokens, CreateDecoder);

        Assert.True(_differences.Count == 0, $"{_differences.Count} of {_count} differ:\n{string.Join('\n', _differences.Take(5))}");
        Assert.True(_count > 25_000, $"Only {_count} results were compared.");
    }

    private void ForEach<T>(JsonNode parts, T[] inputs, Func<JsonElement, Func<T, string>> create)
    {
        foreach (JsonNode? part in parts.AsArray())
        {
            Func<T, string> apply = create(JsonSerializer.SerializeToElement(WithCharacterMap(part!["config"]!)));
            JsonArray cases = part["cases"]!.AsArray();
            Assert.Equal(inputs.Length, cases.Count);
            for (int i = 0; i < inputs.Length; i++)
            {
                // Where Rust panics there is nothing to compare with.
                if (cases[i] is not { } expected)
                {
                    continue;
                }

                _count++;
                string wanted = expected is JsonValue ? expected.GetValue<string>() : expected.ToJsonString();
                string found = apply(inputs[i]);
                if (wanted != found)
                {
                    _differences.Add($"{part["config"]!.ToJsonString()} of {JsonSerializer.Serialize(inputs[i])}: {found}, not {wanted}");
                }
            }
        }
    }

    /// <summary>The golden file names two character maps instead of containing them.</summary>
    private static JsonNode WithCharacterMap(JsonNode config)
    {
        JsonNode? normalizer = (string?)config["precompiled_charsmap"] switch
        {
            "T5" => Unpack("tokenizers", "t5-small", "tokenizer.json.gz")["normalizer"],
            "NMT" => Unpack("tokenizers", "marian-nmt", "tokenizer.json.gz")["normalizer"],
            _ => null,
        };
        return normalizer?["normalizers"]?[0] ?? normalizer ?? config;
    }

    private static Func<string, string> CreateNormalizer(JsonElement config)
    {
        var steps = new List<Normalizer>();
        NormalizerJson.AddSteps(config, TokenizerConfig.Read([]), steps);
        WordModel model = ReadModel("""{"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0}}""");
        var encoder = new PipelineEncoder([.. steps], [], model);
        return encoder.Normalize;
    }

    private static Func<string, string> CreatePreTokenizer(JsonElement config)
    {
        bool readsBytes = false;
        List<PreTokenizer> steps = PreTokenizerJson.CreateSteps(config, ref readsBytes);
        return text =>
        {
            var workspace = new PipelineWorkspace();
            workspace.Text.SetOriginal(text, 0);
            var view = new TextView(workspace.Text);
            PipelineEncoder.Split(ref view, 0, text.Length, steps.ToArray(), workspace);
            return Describe(view, workspace.Pieces.Pieces, text);
        };
    }

    private static string Describe(TextView view, ReadOnlySpan<UnitRange> pieces, string text)
    {
        var found = new JsonArray();
        foreach (UnitRange piece in pieces)
        {
            int start = piece.Start < piece.End ? CountPoints(text, view.GetStart(piece.Start)) : 0;
            int end = piece.Start < piece.End ? CountPoints(text, view.GetEnd(piece.End - 1)) : 0;
            found.Add(new JsonArray(view.Units[piece.Start..piece.End].ToString(), new JsonArray(start, end)));
        }

        return found.ToJsonString();
    }

    private static int CountPoints(string text, int end)
    {
        int count = 0;
        for (int i = 0; i < end; i++)
        {
            count += char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]) ? 0 : 1;
        }

        return count;
    }

    private static Func<string[], string> CreateDecoder(JsonElement config)
    {
        TokenDecoder decoder = DecoderJson.Create(config);
        return tokens => string.Concat(decoder.Decode([.. tokens]));
    }

    private static WordModel ReadModel(string json)
    {
        var model = new ModelJson();
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(json));
        reader.Read();
        model.Read(ref reader, json.Length);
        return model.CreateModel(model.CreateVocabulary());
    }

    private static JsonNode Unpack(params string[] parts)
    {
        using var packed = new GZipStream(File.OpenRead(Reference.File(parts)), CompressionMode.Decompress);
        return JsonNode.Parse(packed)!;
    }
}

using System.Text.Json;
using System.Text.Unicode;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Reads <c>tokenizer.json</c>, as far as a WordPiece tokenizer needs it, in one pass.</summary>
internal sealed partial class TokenizerJson
{
    private const string FileName = "tokenizer.json";

    private readonly List<AddedToken> _added = [];
    private readonly List<(string Token, int Id)> _processorTokens = [];
    private List<(int Sequence, string Token, int TypeId)>? _single;
    private List<(int Sequence, string Token, int TypeId)>? _pair;
    private readonly Dictionary<string, int[]> _templateTokens = [];
    private string? _processor;
    private string? _preTokenizer;
    private string? _normalizer;
    private bool _clean = true;
    private bool _ideographs = true;
    private bool? _accents;
    private bool _lowercase = true;
    private bool _cleanDecoded = true;
    private EncodeOptions? _truncation;
    private EncodeOptions? _padding;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="json">The file.</param>
    /// <param name="config">Overrides lower-casing, accents and ideographs where it says something, as transformers does.</param>
    /// <exception cref="ModelLoadException">Not JSON, not a WordPiece tokenizer, or parts that are not supported.</exception>
    internal static TokenizerParts Read(ReadOnlySpan<byte> json, TokenizerConfig config)
    {
        try
        {
            var file = new TokenizerJson();
            file.ReadFile(json);
            return file.ToParts(config);
        }
        catch (Exception exception) when (JsonFile.IsAboutContent(exception))
        {
            throw JsonFile.Unreadable(FileName, exception);
        }
    }

    private void ReadFile(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw new JsonException("It is not UTF-8.");
        }

        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        var reader = new Utf8JsonReader(json);
        reader.Read();
        JsonFile.ExpectObject(ref reader, "The file's content");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "added_tokens": ReadAddedTokens(ref reader); break;
                case "normalizer": ReadNormalizer(ref reader); break;
                case "pre_tokenizer": _preTokenizer = ReadType(ref reader); break;
                case "post_processor": ReadProcessor(ref reader); break;
                case "decoder": ReadDecoder(ref reader); break;
                case "model": ReadModel(ref reader, json.Length); break;
                case "truncation": ReadTruncation(ref reader); break;
                case "padding": ReadPadding(ref reader); break;
                default: reader.Skip(); break;
            }
        }
    }

    private void ReadAddedTokens(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        while (JsonFile.NextElement(ref reader))
        {
            _added.Add(AddedTokenJson.Read(ref reader, null));
        }
    }

    private void ReadNormalizer(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            _normalizer = null;
            _clean = _ideographs = _lowercase = false;
            return;
        }

        JsonFile.ExpectObject(ref reader, "normalizer");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "type": _normalizer = reader.GetString(); break;
                case "clean_text": _clean = reader.GetBoolean(); break;
                case "handle_chinese_chars": _ideographs = reader.GetBoolean(); break;
                case "strip_accents": _accents = JsonFile.BooleanOrNull(ref reader); break;
                case "lowercase": _lowercase = reader.GetBoolean(); break;
                default: reader.Skip(); break;
            }
        }

        if (_normalizer != "BertNormalizer")
        {
            throw new JsonException($"The normalizer is '{_normalizer}'; only 'BertNormalizer' is supported.");
        }
    }

    private void ReadDecoder(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        JsonFile.ExpectObject(ref reader, "decoder");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            if (name == "cleanup")
            {
                _cleanDecoded = reader.GetBoolean();
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static string? ReadType(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        string? type = null;
        JsonFile.ExpectObject(ref reader, "A part of the tokenizer");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            if (name == "type")
            {
                type = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }

        return type;
    }

    private void ReadTruncation(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        int? length = null;
        int stride = 0;
        var strategy = TruncationStrategy.LongestFirst;
        var side = TextSide.Right;
        JsonFile.ExpectObject(ref reader, "truncation");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "max_length": length = reader.GetInt32(); break;
                case "stride": stride = reader.GetInt32(); break;
                case "strategy":
                    strategy = reader.GetString() switch
                    {
                        "OnlyFirst" => TruncationStrategy.OnlyFirst,
                        "OnlySecond" => TruncationStrategy.OnlySecond,
                        _ => TruncationStrategy.LongestFirst,
                    };
                    break;
                case "direction": side = Side(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        _truncation = new EncodeOptions { MaxLength = length, Stride = stride, Truncation = strategy, TruncationSide = side };
    }

    private void ReadPadding(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        var strategy = PaddingStrategy.Longest;
        int length = 0;
        int multiple = 0;
        int? id = null;
        int typeId = 0;
        var side = TextSide.Right;
        JsonFile.ExpectObject(ref reader, "padding");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "strategy" when reader.TokenType == JsonTokenType.StartObject:
                    while (JsonFile.NextProperty(ref reader, out _))
                    {
                        strategy = PaddingStrategy.Fixed;
                        length = reader.GetInt32();
                    }

                    break;
                case "pad_to_multiple_of": multiple = JsonFile.Int32OrNull(ref reader) ?? 0; break;
                case "pad_id": id = reader.GetInt32(); break;
                case "pad_type_id": typeId = reader.GetInt32(); break;
                case "direction": side = Side(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        _padding = new EncodeOptions
        {
            Padding = strategy,
            PadLength = length,
            PadToMultipleOf = multiple,
            PadTokenId = id,
            PadTypeId = typeId,
            PaddingSide = side,
        };
    }

    private static TextSide Side(ref Utf8JsonReader reader) => reader.GetString() == "Left" ? TextSide.Left : TextSide.Right;
}

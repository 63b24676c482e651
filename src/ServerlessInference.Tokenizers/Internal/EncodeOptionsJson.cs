using System.Text.Json;

namespace ServerlessInference.Tokenizers;

/// <summary>Reads the sections <c>truncation</c> and <c>padding</c> of <c>tokenizer.json</c>.</summary>
internal sealed class EncodeOptionsJson
{
    /// <summary>The longest padding to accept. A longer one would take all memory at each request.</summary>
    private const int MaxPadding = 1_000_000;

    private EncodeOptions? _truncation;
    private EncodeOptions? _padding;

    /// <summary>Gets the id of the padding token; null if the file has no padding.</summary>
    internal int? PadTokenId => _padding?.PadTokenId;

    /// <summary>Gets the type id of the padding token; null if the file has no padding.</summary>
    internal int? PadTypeId => _padding?.PadTypeId;

    /// <summary>Gets the side at which the file pads; null if the file has no padding.</summary>
    internal TextSide? PaddingSide => _padding?.PaddingSide;

    /// <summary>Gets the side at which the file truncates; null if the file has no truncation.</summary>
    internal TextSide? TruncationSide => _truncation?.TruncationSide;

    internal void ReadTruncation(ref Utf8JsonReader reader)
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
                case "direction": side = ReadSide(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        Check(length is null or > 0, "truncation", "max_length", length, "above 0");
        Check(stride >= 0, "truncation", "stride", stride, "0 or more");
        _truncation = new EncodeOptions { MaxLength = length, Stride = stride, Truncation = strategy, TruncationSide = side };
    }

    internal void ReadPadding(ref Utf8JsonReader reader)
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
        string? token = null;
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
                case "pad_token": token = reader.GetString(); break;
                case "pad_type_id": typeId = reader.GetInt32(); break;
                case "direction": side = ReadSide(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        if (token is null)
        {
            throw new JsonException("The section 'padding' lacks 'pad_token'.");
        }

        Check(length is >= 0 and <= MaxPadding, "padding", "strategy.Fixed", length, $"0 to {MaxPadding}");
        Check(multiple is >= 0 and <= MaxPadding, "padding", "pad_to_multiple_of", multiple, $"0 to {MaxPadding}, or null");
        Check(id is null or >= 0, "padding", "pad_id", id, "0 or more");
        Check(typeId >= 0, "padding", "pad_type_id", typeId, "0 or more");
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

    /// <summary>Creates one set of options of both sections; null if the file has neither.</summary>
    internal EncodeOptions? ToOptions()
    {
        if (_truncation is null || _padding is null)
        {
            return _truncation ?? _padding;
        }

        return new EncodeOptions
        {
            MaxLength = _truncation.MaxLength,
            Stride = _truncation.Stride,
            Truncation = _truncation.Truncation,
            TruncationSide = _truncation.TruncationSide,
            Padding = _padding.Padding,
            PadLength = _padding.PadLength,
            PadToMultipleOf = _padding.PadToMultipleOf,
            PadTokenId = _padding.PadTokenId,
            PadTypeId = _padding.PadTypeId,
            PaddingSide = _padding.PaddingSide,
        };
    }

    private static void Check(bool isValid, string section, string name, int? value, string expected)
    {
        if (!isValid)
        {
            throw new JsonException($"The section '{section}' has the {name} {value}; it must be {expected}.");
        }
    }

    private static TextSide ReadSide(ref Utf8JsonReader reader) => reader.GetString() == "Left" ? TextSide.Left : TextSide.Right;
}

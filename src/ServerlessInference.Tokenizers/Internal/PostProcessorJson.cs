using System.Text.Json;

namespace ServerlessInference.Tokenizers;

/// <summary>Reads the section <c>post_processor</c> of <c>tokenizer.json</c>: the special tokens around texts.</summary>
internal sealed class PostProcessorJson
{
    private readonly List<(string Token, int Id)> _bertTokens = [];
    private readonly Dictionary<string, int[]> _templateTokens = [];
    private List<(int Sequence, string Token, int TypeId)>? _single;
    private List<(int Sequence, string Token, int TypeId)>? _pair;
    private readonly List<PostProcessorJson> _parts = [];
    private string? _type;
    private bool _trimsOffsets = true;
    private bool _addsSpace = true;

    /// <summary>Gets the token that starts a sequence as in BERT and RoBERTa; null if another token starts it, or none.</summary>
    internal string? ClassToken
    {
        get
        {
            foreach (PostProcessorJson part in _parts)
            {
                if (part.ClassToken is { } token)
                {
                    return token;
                }
            }

            return _type switch
            {
                "BertProcessing" or "RobertaProcessing" when _bertTokens.Count == 2 => _bertTokens[1].Token,

                // XLM-RoBERTa's files say the same with a template. A template of language models has no </s> at its end.
                "TemplateProcessing" when _single is [(< 0, "<s>", _), .., (< 0, "</s>", _)] => "<s>",
                _ => null,
            };
        }
    }

    /// <summary>Reads the section.</summary>
    /// <param name="reader">At the start of the object; moved to its end.</param>
    internal void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        JsonFile.ExpectObject(ref reader, "post_processor");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "type": _type = reader.GetString(); break;
                case "single": _single = ReadTemplate(ref reader); break;
                case "pair": _pair = ReadTemplate(ref reader); break;
                case "special_tokens": ReadTemplateTokens(ref reader); break;
                case "sep": _bertTokens.Insert(0, ReadTokenAndId(ref reader)); break;
                case "cls": _bertTokens.Add(ReadTokenAndId(ref reader)); break;
                case "trim_offsets": _trimsOffsets = reader.GetBoolean(); break;
                case "add_prefix_space": _addsSpace = reader.GetBoolean(); break;
                case "processors": ReadParts(ref reader); break;
                default: reader.Skip(); break;
            }
        }
    }

    /// <summary>Creates the template of what was read.</summary>
    /// <param name="trimmings">Receives how ranges are trimmed.</param>
    /// <exception cref="JsonException">The post-processor is not supported, or is incomplete.</exception>
    internal SequenceTemplate CreateTemplate(List<OffsetTrimming> trimmings)
    {
        switch (_type)
        {
            case null:
                return SequenceTemplate.Plain;
            case "BertProcessing" when _bertTokens.Count == 2:
                return SequenceTemplate.CreateBert(_bertTokens[1].Id, _bertTokens[0].Id);
            case "RobertaProcessing" when _bertTokens.Count == 2:
                AddTrimming(trimmings);
                return SequenceTemplate.CreateRoberta(_bertTokens[1].Id, _bertTokens[0].Id);
            case "ByteLevel":
                AddTrimming(trimmings);
                return SequenceTemplate.Plain;
            case "TemplateProcessing" when _single is not null && _pair is not null:
                return new SequenceTemplate(CreatePieces(_single), CreatePieces(_pair)) { IsForFirstWindow = true };
            case "Sequence":
                return CombineParts(trimmings);
            default:
                throw new JsonException($"The post-processor is '{_type}', which is not known or lacks a part.");
        }
    }

    private void AddTrimming(List<OffsetTrimming> trimmings)
    {
        if (_trimsOffsets)
        {
            trimmings.Add(new OffsetTrimming(_addsSpace));
        }
    }

    private SequenceTemplate CombineParts(List<OffsetTrimming> trimmings)
    {
        SequenceTemplate template = SequenceTemplate.Plain;
        foreach (PostProcessorJson part in _parts)
        {
            int count = trimmings.Count;
            SequenceTemplate next = part.CreateTemplate(trimmings);
            if (template != SequenceTemplate.Plain && (next != SequenceTemplate.Plain || trimmings.Count > count))
            {
                throw new JsonException("The post-processor is a 'Sequence' in which special tokens are not added last.");
            }

            template = template == SequenceTemplate.Plain ? next : template;
        }

        return template;
    }

    private void ReadParts(ref Utf8JsonReader reader)
    {
        while (JsonFile.NextElement(ref reader))
        {
            var part = new PostProcessorJson();
            part.Read(ref reader);
            _parts.Add(part);
        }
    }

    private TemplatePiece[] CreatePieces(List<(int Sequence, string Token, int TypeId)> template)
    {
        var pieces = new TemplatePiece[template.Count];
        for (int i = 0; i < pieces.Length; i++)
        {
            (int sequence, string token, int typeId) = template[i];
            int[]? ids = [];
            if (sequence < 0 && !_templateTokens.TryGetValue(token, out ids))
            {
                throw new JsonException($"The post-processor uses the special token '{token}', which it does not define.");
            }

            pieces[i] = new TemplatePiece(sequence, ids, typeId);
        }

        return pieces;
    }

    private static List<(int Sequence, string Token, int TypeId)> ReadTemplate(ref Utf8JsonReader reader)
    {
        var pieces = new List<(int Sequence, string Token, int TypeId)>();
        while (JsonFile.NextElement(ref reader))
        {
            JsonFile.ExpectObject(ref reader, "A piece of the template");
            while (JsonFile.NextProperty(ref reader, out string kind))
            {
                string id = string.Empty;
                int typeId = 0;
                JsonFile.ExpectObject(ref reader, "A piece of the template");
                while (JsonFile.NextProperty(ref reader, out string name))
                {
                    switch (name)
                    {
                        case "id": id = reader.GetString() ?? string.Empty; break;
                        case "type_id": typeId = reader.GetInt32(); break;
                        default: reader.Skip(); break;
                    }
                }

                pieces.Add((kind == "Sequence" ? (id == "A" ? 0 : 1) : -1, id, typeId));
            }
        }

        return pieces;
    }

    private void ReadTemplateTokens(ref Utf8JsonReader reader)
    {
        JsonFile.ExpectObject(ref reader, "special_tokens");
        while (JsonFile.NextProperty(ref reader, out string token))
        {
            JsonFile.ExpectObject(ref reader, "A special token");
            while (JsonFile.NextProperty(ref reader, out string name))
            {
                if (name != "ids")
                {
                    reader.Skip();
                    continue;
                }

                var ids = new List<int>();
                while (JsonFile.NextElement(ref reader))
                {
                    ids.Add(reader.GetInt32());
                }

                _templateTokens[token] = [.. ids];
            }
        }
    }

    private static (string Token, int Id) ReadTokenAndId(ref Utf8JsonReader reader)
    {
        JsonFile.NextElement(ref reader);
        string token = reader.GetString() ?? string.Empty;
        JsonFile.NextElement(ref reader);
        int id = reader.GetInt32();
        JsonFile.NextElement(ref reader);
        return (token, id);
    }
}

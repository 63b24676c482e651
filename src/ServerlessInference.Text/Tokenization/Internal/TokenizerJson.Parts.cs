using System.Text.Json;

namespace ServerlessInference.Text.Tokenization.Internal;

internal sealed partial class TokenizerJson
{
    private TokenizerParts ToParts(TokenizerConfig config)
    {
        if (_preTokenizer != "BertPreTokenizer")
        {
            throw new JsonException($"The pre-tokenizer is '{_preTokenizer ?? "null"}'; only 'BertPreTokenizer' is supported.");
        }

        Vocabulary vocabulary = BuildVocabulary();
        NumberAddedTokens(vocabulary);
        bool lowercase = _normalizer is null ? _lowercase : config.Lowercase ?? _lowercase;
        bool? accents = config.StripAccents ?? _accents;
        var normalizer = new NormalizerSettings(
            _clean,
            _normalizer is null ? _ideographs : config.SplitIdeographs ?? _ideographs,
            _normalizer is not null && (accents ?? lowercase),
            lowercase);
        int pad = _padding?.PadTokenId ?? IdOf(config.PadToken ?? "[PAD]", vocabulary) ?? 0;
        return new TokenizerParts(
            TokenizerAssembly.CreateModel(vocabulary, _unknown ?? "[UNK]", _prefix, _maxWord, FileName),
            normalizer,
            CreateTemplate(),
            _added,
            pad)
        {
            ClassTokenId = IdOf(config.ClassToken ?? "[CLS]", vocabulary),
            ModelMaxLength = config.ModelMaxLength,
            EmbeddedOptions = Embedded(),
            CleanDecoded = _cleanDecoded,
        };
    }

    /// <summary>Gives added tokens the ids that Hugging Face's reader gives them: the vocabulary's own where it holds the content,
    /// else the next free one. In a file that is in order these are the ids that it states.</summary>
    private void NumberAddedTokens(Vocabulary vocabulary)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        int next = vocabulary.Count;
        for (int i = 0; i < _added.Count; i++)
        {
            string content = _added[i].Content;
            if (!known.TryGetValue(content, out int id))
            {
                id = vocabulary.Find(content);
                id = id >= 0 ? id : next++;
                known.Add(content, id);
            }

            _added[i] = _added[i] with { Id = id };
        }
    }

    private EncodeOptions? Embedded()
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

    private int? IdOf(string token, Vocabulary vocabulary)
    {
        AddedToken? added = _added.Find(t => t.Content == token);
        int id = added?.Id ?? vocabulary.Find(token);
        return id < 0 ? null : id;
    }

    private SequenceTemplate CreateTemplate()
    {
        switch (_processor)
        {
            case null:
                return SequenceTemplate.Plain;
            case "BertProcessing" when _processorTokens.Count == 2:
                return SequenceTemplate.Bert(_processorTokens[1].Id, _processorTokens[0].Id);
            case "TemplateProcessing" when _single is not null && _pair is not null:
                return new SequenceTemplate(Pieces(_single), Pieces(_pair));
            default:
                throw new JsonException(
                    $"The post-processor is '{_processor}'; 'TemplateProcessing' and 'BertProcessing' with all their parts are supported.");
        }
    }

    private TemplatePiece[] Pieces(List<(int Sequence, string Token, int TypeId)> template)
    {
        var pieces = new TemplatePiece[template.Count];
        for (int i = 0; i < pieces.Length; i++)
        {
            (int sequence, string token, int typeId) = template[i];
            int[]? ids = [];
            if (sequence < 0 && !_templateTokens.TryGetValue(token, out ids))
            {
                throw new JsonException($"The post-processor uses the special token '{token}' and does not define it.");
            }

            pieces[i] = new TemplatePiece(sequence, ids, typeId);
        }

        return pieces;
    }

    private void ReadProcessor(ref Utf8JsonReader reader)
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
                case "type": _processor = reader.GetString(); break;
                case "single": _single = ReadTemplate(ref reader); break;
                case "pair": _pair = ReadTemplate(ref reader); break;
                case "special_tokens": ReadTemplateTokens(ref reader); break;
                case "sep": _processorTokens.Insert(0, ReadTokenAndId(ref reader)); break;
                case "cls": _processorTokens.Add(ReadTokenAndId(ref reader)); break;
                default: reader.Skip(); break;
            }
        }
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

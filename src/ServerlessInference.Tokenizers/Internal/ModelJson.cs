using System.Text;
using System.Text.Json;
using ServerlessInference.Tokenizers.Models;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>Reads the section <c>model</c> of a <c>tokenizer.json</c> in one pass, whichever model it is.</summary>
internal sealed class ModelJson
{
    private readonly BpeSettings _bpe = new();
    private byte[] _bytes = [];

    // Offset in _bytes, length and id of each token, one after the other.
    private int[] _places = [];

    // Offset in _bytes of both parts of each merge, which touch, and their lengths.
    private int[] _merges = [];
    private double[] _scores = [];
    private int _used;
    private int _vocabularyEnd;
    private int _count;
    private int _mergeCount = -1;
    private bool _isList;
    private string? _type;
    private string? _unknown;
    private string? _prefix;
    private int? _maxWordLength;
    private int? _unknownId;

    /// <summary>Gets the kind of model. Old files do not name it; then it follows from what the model has.</summary>
    internal string Type => _type
        ?? (_mergeCount >= 0 ? "BPE" : _isList ? "Unigram" : _maxWordLength is not null ? "WordPiece" : "WordLevel");

    /// <summary>Gets the prefix of tokens that continue a word.</summary>
    internal string Prefix => _prefix ?? "##";

    /// <summary>Reads the section.</summary>
    /// <param name="reader">At the start of the object; moved to its end.</param>
    /// <param name="fileLength">The length of the file, which the vocabulary and the merges do not exceed.</param>
    /// <exception cref="JsonException">The vocabulary or the merges are damaged.</exception>
    internal void Read(ref Utf8JsonReader reader, int fileLength)
    {
        JsonFile.ExpectObject(ref reader, "model");
        _bytes = new byte[fileLength + Vocabulary.Padding];
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "type": _type = reader.GetString(); break;
                case "vocab" when reader.TokenType == JsonTokenType.StartArray: ReadPieces(ref reader); break;
                case "vocab": ReadVocabulary(ref reader); break;
                case "merges": ReadMerges(ref reader); break;
                default: ReadSetting(name, ref reader); break;
            }
        }
    }

    /// <summary>Creates a Unigram model of pieces and their scores.</summary>
    internal static ModelJson CreateUnigram(List<(string Text, double Score)> pieces, int unknownId, bool fallsBackToBytes)
    {
        var model = new ModelJson { _type = "Unigram", _isList = true, _unknownId = unknownId, _scores = new double[pieces.Count] };
        model._bpe.FallsBackToBytes = fallsBackToBytes;
        model.AddPieces(pieces, extraBytes: 0);
        for (int i = 0; i < pieces.Count; i++)
        {
            model._scores[i] = pieces[i].Score;
        }

        return model;
    }

    /// <summary>Creates a BPE model of pieces and merges.</summary>
    internal static ModelJson CreateBpe(
        List<(string Text, double Score)> pieces, List<(string Left, string Right)> merges, string unknown, bool fallsBackToBytes)
    {
        var model = new ModelJson { _type = "BPE", _unknown = unknown, _mergeCount = merges.Count, _merges = new int[merges.Count * 3] };
        model._bpe.FusesUnknown = true;
        model._bpe.FallsBackToBytes = fallsBackToBytes;
        int size = 0;
        foreach ((string left, string right) in merges)
        {
            size += Encoding.UTF8.GetByteCount(left) + Encoding.UTF8.GetByteCount(right);
        }

        model.AddPieces(pieces, size);
        for (int i = 0; i < merges.Count; i++)
        {
            model.AddMerge(i, merges[i].Left, merges[i].Right);
        }

        return model;
    }

    /// <summary>Reads a BPE model from <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    /// <exception cref="JsonException">The vocabulary or the merges are damaged.</exception>
    internal void ReadFiles(ReadOnlySpan<byte> vocabulary, ReadOnlySpan<byte> merges, string? unknown, string wordSuffix)
    {
        _type = "BPE";
        _unknown = unknown;
        _bpe.WordSuffix = wordSuffix;
        _bytes = new byte[vocabulary.Length + merges.Length + Vocabulary.Padding];
        var reader = new Utf8JsonReader(vocabulary);
        reader.Read();
        ReadVocabulary(ref reader);
        _mergeCount = 0;
        _merges = new int[3 * (1 + merges.Count((byte)'\n'))];

        // As in transformers, the first line is a comment with the version.
        int start = merges.IndexOf((byte)'\n') + 1;
        foreach (Range range in merges[start..].Split((byte)'\n'))
        {
            ReadMergeLine(merges[start..][range].TrimEnd((byte)'\r'));
        }
    }

    private void ReadMergeLine(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return;
        }

        int left = line.IndexOf((byte)' ');
        if (left <= 0 || left == line.Length - 1 || line[(left + 1)..].Contains((byte)' '))
        {
            throw new JsonException($"Merge {_mergeCount} of merges.txt is '{Encoding.UTF8.GetString(line)}', which is not a pair.");
        }

        line[..left].CopyTo(_bytes.AsSpan(_used));
        line[(left + 1)..].CopyTo(_bytes.AsSpan(_used + left));
        SetMerge(_mergeCount++, left, line.Length - left - 1);
    }

    private void AddPieces(List<(string Text, double Score)> pieces, int extraBytes)
    {
        int size = Vocabulary.Padding + extraBytes;
        foreach ((string text, _) in pieces)
        {
            size += Encoding.UTF8.GetByteCount(text);
        }

        _bytes = new byte[size];
        _places = new int[pieces.Count * 3];
        foreach ((string text, _) in pieces)
        {
            AddPlace(Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_used)), _count);
        }

        _vocabularyEnd = _used;
    }

    private void AddMerge(int index, string left, string right)
    {
        int length = Encoding.UTF8.GetBytes(left, _bytes.AsSpan(_used));
        SetMerge(index, length, Encoding.UTF8.GetBytes(right, _bytes.AsSpan(_used + length)));
    }

    private void SetMerge(int index, int left, int right)
    {
        _merges[index * 3] = _used;
        _merges[(index * 3) + 1] = left;
        _merges[(index * 3) + 2] = right;
        _used += left + right;
    }

    /// <summary>Creates the vocabulary from what was read.</summary>
    /// <exception cref="JsonException">There is no vocabulary, or its ids are far larger than the number of tokens.</exception>
    internal Vocabulary CreateVocabulary()
    {
        if (Type is not ("BPE" or "Unigram" or "WordLevel" or "WordPiece"))
        {
            throw new JsonException($"The model is '{Type}'; 'BPE', 'Unigram', 'WordLevel' and 'WordPiece' are supported.");
        }

        if (_count == 0)
        {
            throw new JsonException("It has no model.vocab.");
        }

        int highest = 0;
        for (int i = 0; i < _count; i++)
        {
            highest = Math.Max(highest, _places[(i * 3) + 2]);
        }

        // Tables are as large as the highest id, so that a file with few tokens and a huge id could exhaust the memory.
        if (highest > (_count * 4L) + 65536)
        {
            throw new JsonException($"model.vocab has {_count} tokens, but ids up to {highest}.");
        }

        byte[] prefix = Type == "WordPiece" ? Encoding.UTF8.GetBytes(_prefix ?? "##") : [];
        var builder = new VocabularyBuilder(
            _bytes.AsSpan(0, _vocabularyEnd + Vocabulary.Padding).ToArray(), Math.Max(_count, highest + 1), prefix);
        builder.AddAll(_places.AsSpan(0, _count * 3));
        return builder.Build();
    }

    /// <summary>Whether the model is one that BERT's encoder can use.</summary>
    internal bool FitsBertEncoder() => Type == "WordPiece" && WordPieceFactory.FitsBertEncoder(_prefix ?? "##", _maxWordLength ?? 100);

    /// <summary>Creates the part that splits words for BERT's encoder.</summary>
    /// <exception cref="InvalidDataException">The unknown token is missing, or a setting is out of range.</exception>
    internal WordPieceSplitter CreateSplitter(Vocabulary vocabulary, string file) =>
        WordPieceFactory.CreateSplitter(vocabulary, _unknown ?? "[UNK]", _prefix ?? "##", _maxWordLength ?? 100, file);

    /// <summary>Creates the model.</summary>
    /// <exception cref="JsonException">A setting is missing or does not fit the vocabulary.</exception>
    internal WordModel CreateModel(Vocabulary vocabulary)
    {
        switch (Type)
        {
            case "BPE":
                return CreateBpe(vocabulary);
            case "Unigram" when _isList:
                if (_unknownId is not { } id)
                {
                    throw new JsonException("The model is a 'Unigram' without unk_id, which fails at the first unknown character.");
                }

                return id >= 0 && id < _count
                    ? new UnigramModel(vocabulary, _scores[.._count], id, _bpe.FallsBackToBytes)
                    : throw new JsonException($"The model's unk_id is {id}; there are {_count} tokens.");
            case "WordLevel":
                return new WordLevelModel(vocabulary, FindUnknown(vocabulary));
            case "WordPiece":
                return new PlainWordPieceModel(vocabulary, FindUnknown(vocabulary), RequireMaxWordLength());
            default:
                throw new JsonException("The model is 'Unigram', but its vocabulary is not a list of pieces and scores.");
        }
    }

    private int RequireMaxWordLength() =>
        _maxWordLength ?? throw new JsonException("The model lacks max_input_chars_per_word.");

    private int FindUnknown(Vocabulary vocabulary)
    {
        string unknown = _unknown ?? throw new JsonException("The model lacks unk_token.");
        int id = vocabulary.Find(unknown);
        return id >= 0 ? id : throw new JsonException($"The vocabulary ({vocabulary.Count} tokens) lacks the unknown token '{unknown}'.");
    }

    private BpeModel CreateBpe(Vocabulary vocabulary)
    {
        if (_mergeCount < 0)
        {
            throw new JsonException("The model is 'BPE', but has no merges.");
        }

        _bpe.UnknownToken = _unknown;
        _bpe.ContinuationPrefix = _prefix ?? string.Empty;
        if (_unknown is not null && vocabulary.Find(_unknown) < 0)
        {
            throw new JsonException($"The vocabulary ({vocabulary.Count} tokens) lacks the unknown token '{_unknown}'.");
        }

        return new BpeModel(vocabulary, CreateMerges(vocabulary), _bpe);
    }

    private MergeTable CreateMerges(Vocabulary vocabulary)
    {
        var table = new MergeTable(_mergeCount);
        int prefix = _bpe.ContinuationPrefix.Length;
        byte[] joined = new byte[512];
        for (int i = 0; i < _mergeCount; i++)
        {
            int offset = _merges[i * 3];
            int left = _merges[(i * 3) + 1];
            int right = _merges[(i * 3) + 2];
            int leftId = vocabulary.Find(ref _bytes[offset], left, continuation: false);
            int rightId = vocabulary.Find(ref _bytes[offset + left], right, continuation: false);
            int result;
            if (prefix == 0)
            {
                result = vocabulary.Find(ref _bytes[offset], left + right, continuation: false);
            }
            else
            {
                if (right < prefix)
                {
                    throw new JsonException($"Merge {i} of the model has a second part without the prefix '{_bpe.ContinuationPrefix}'.");
                }

                joined = joined.Length < left + right + Vocabulary.Padding ? new byte[(left + right) * 2 + Vocabulary.Padding] : joined;
                _bytes.AsSpan(offset, left).CopyTo(joined);
                _bytes.AsSpan(offset + left + prefix, right - prefix).CopyTo(joined.AsSpan(left));
                result = vocabulary.Find(ref joined[0], left + right - prefix, continuation: false);
            }

            if (leftId < 0 || rightId < 0 || result < 0)
            {
                string merge = Encoding.UTF8.GetString(_bytes.AsSpan(offset, left))
                    + " " + Encoding.UTF8.GetString(_bytes.AsSpan(offset + left, right));
                throw new JsonException($"Merge {i} of the model, '{merge}', has a part or a result that model.vocab lacks.");
            }

            table.Add(leftId, rightId, i, result);
        }

        return table;
    }

    private void ReadSetting(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "unk_token": _unknown = JsonFile.StringOrNull(ref reader); break;
            case "unk_id": _unknownId = JsonFile.Int32OrNull(ref reader); break;
            case "continuing_subword_prefix": _prefix = JsonFile.StringOrNull(ref reader); break;
            case "end_of_word_suffix": _bpe.WordSuffix = JsonFile.StringOrNull(ref reader) ?? string.Empty; break;
            case "max_input_chars_per_word": _maxWordLength = reader.GetInt32(); break;
            case "fuse_unk": _bpe.FusesUnknown = JsonFile.BooleanOrNull(ref reader) ?? false; break;
            case "byte_fallback": _bpe.FallsBackToBytes = JsonFile.BooleanOrNull(ref reader) ?? false; break;
            case "ignore_merges": _bpe.IgnoresMerges = JsonFile.BooleanOrNull(ref reader) ?? false; break;
            case "dropout" when reader.TokenType != JsonTokenType.Null && reader.GetDouble() != 0:
                throw new JsonException("The model has a dropout, which makes its results random; only models without it are supported.");
            default: reader.Skip(); break;
        }
    }

    /// <summary>Copies the tokens into one block and notes their positions and ids.</summary>
    private void ReadVocabulary(ref Utf8JsonReader reader)
    {
        JsonFile.ExpectObject(ref reader, "model.vocab");
        _places = new int[3 * 32768];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int length = CopyValue(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id) || id is < 0 or >= VocabularyBuilder.MaxIds)
            {
                throw new JsonException($"Entry {_count} of model.vocab has no id between 0 and {VocabularyBuilder.MaxIds - 1}.");
            }

            AddPlace(length, id);
        }

        _vocabularyEnd = _used;
    }

    /// <summary>Reads a vocabulary whose entries are pieces and their scores.</summary>
    private void ReadPieces(ref Utf8JsonReader reader)
    {
        _isList = true;
        _places = new int[3 * 32768];
        _scores = new double[32768];
        while (JsonFile.NextElement(ref reader))
        {
            if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                throw new JsonException($"Entry {_count} of model.vocab is not a piece with its score.");
            }

            int length = CopyValue(ref reader);
            reader.Read();
            if (_count == _scores.Length)
            {
                Array.Resize(ref _scores, _count * 2);
            }

            _scores[_count] = ScoreJson.Read(ref reader);
            AddPlace(length, _count);
            if (JsonFile.NextElement(ref reader))
            {
                throw new JsonException($"Entry {_count - 1} of model.vocab is not a piece with its score.");
            }
        }

        _vocabularyEnd = _used;
    }

    private void AddPlace(int length, int id)
    {
        if (_count * 3 == _places.Length)
        {
            Array.Resize(ref _places, _places.Length * 2);
        }

        _places[_count * 3] = _used;
        _places[(_count * 3) + 1] = length;
        _places[(_count * 3) + 2] = id;
        _used += length;
        _count++;
    }

    /// <summary>Reads merges, which are pairs or texts with a space between the parts.</summary>
    private void ReadMerges(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("model.merges is not a list.");
        }

        _mergeCount = 0;
        _merges = new int[3 * 32768];
        JsonTokenType form = JsonTokenType.None;
        while (JsonFile.NextElement(ref reader))
        {
            if (form != JsonTokenType.None && reader.TokenType != form)
            {
                throw new JsonException($"Merge {_mergeCount} of the model has another form than those before it.");
            }

            form = reader.TokenType;
            int left = form == JsonTokenType.StartArray ? ReadPair(ref reader, out int right) : ReadText(ref reader, out right);
            if (left < 0)
            {
                continue;
            }

            if (_mergeCount * 3 == _merges.Length)
            {
                Array.Resize(ref _merges, _merges.Length * 2);
            }

            _merges[_mergeCount * 3] = _used;
            _merges[(_mergeCount * 3) + 1] = left;
            _merges[(_mergeCount * 3) + 2] = right;
            _used += left + right;
            _mergeCount++;
        }
    }

    private int ReadPair(ref Utf8JsonReader reader, out int right)
    {
        reader.Read();
        int left = CopyValue(ref reader);
        _used += left;
        reader.Read();
        right = CopyValue(ref reader);
        _used -= left;
        return !JsonFile.NextElement(ref reader) ? left : throw new JsonException($"Merge {_mergeCount} of the model is not a pair.");
    }

    private int ReadText(ref Utf8JsonReader reader, out int right)
    {
        int length = CopyValue(ref reader);
        Span<byte> merge = _bytes.AsSpan(_used, length);
        int left = merge.IndexOf((byte)' ');
        right = length - left - 1;
        if (merge.StartsWith("#version"u8))
        {
            return -1;
        }

        if (left < 0 || merge[(left + 1)..].Contains((byte)' '))
        {
            throw new JsonException($"Merge {_mergeCount} of the model is '{Encoding.UTF8.GetString(merge)}', which is not a pair.");
        }

        merge[(left + 1)..].CopyTo(merge[left..]);
        return left;
    }

    /// <summary>Copies a string behind what is used of the block and returns its length.</summary>
    private int CopyValue(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped || reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            return reader.CopyString(_bytes.AsSpan(_used));
        }

        reader.ValueSpan.CopyTo(_bytes.AsSpan(_used));
        return reader.ValueSpan.Length;
    }
}

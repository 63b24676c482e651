using System.Text;
using System.Text.Json;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>Reads the section <c>model</c> of a <c>tokenizer.json</c> whose model is WordPiece.</summary>
internal sealed class WordPieceJson
{
    private byte[] _bytes = [];

    // Offset in _bytes, length and id of each token, one after the other.
    private int[] _places = [];
    private int _used;
    private int _count;
    private string _unknown = "[UNK]";
    private string _prefix = "##";
    private int _maxWordLength = 100;

    /// <summary>Reads the section.</summary>
    /// <param name="reader">At the start of the object; moved to its end.</param>
    /// <param name="fileLength">The length of the file, which the vocabulary does not exceed.</param>
    /// <exception cref="JsonException">The model is not WordPiece, or the vocabulary is damaged.</exception>
    internal void Read(ref Utf8JsonReader reader, int fileLength)
    {
        JsonFile.ExpectObject(ref reader, "model");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "type" when reader.GetString() is var type && type != "WordPiece":
                    throw new JsonException(
                        $"The model is '{type}'; only 'WordPiece' is supported (BERT, DistilBERT, MiniLM, MPNet and similar models).");
                case "unk_token": _unknown = reader.GetString() ?? _unknown; break;
                case "continuing_subword_prefix": _prefix = reader.GetString() ?? _prefix; break;
                case "max_input_chars_per_word": _maxWordLength = reader.GetInt32(); break;
                case "vocab": ReadVocabulary(ref reader, fileLength); break;
                default: reader.Skip(); break;
            }
        }
    }

    /// <summary>Creates the vocabulary from what was read.</summary>
    /// <exception cref="JsonException">There is no vocabulary, or its ids are far larger than the number of tokens.</exception>
    internal Vocabulary CreateVocabulary()
    {
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

        var builder = new VocabularyBuilder(
            _bytes.AsSpan(0, _used + Vocabulary.Padding).ToArray(), Math.Max(_count, highest + 1), Encoding.UTF8.GetBytes(_prefix));
        builder.AddAll(_places.AsSpan(0, _count * 3));
        return builder.Build();
    }

    /// <summary>Creates the part that splits words.</summary>
    /// <exception cref="InvalidDataException">The unknown token is missing, or a setting is out of range.</exception>
    internal WordPieceSplitter CreateSplitter(Vocabulary vocabulary, string file) =>
        WordPieceFactory.CreateSplitter(vocabulary, _unknown, _prefix, _maxWordLength, file);

    /// <summary>Copies the tokens into one block and notes their positions and ids.</summary>
    private void ReadVocabulary(ref Utf8JsonReader reader, int fileLength)
    {
        JsonFile.ExpectObject(ref reader, "model.vocab");
        _bytes = new byte[fileLength + Vocabulary.Padding];
        _places = new int[3 * 32768];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int length;
            if (reader.ValueIsEscaped)
            {
                length = reader.CopyString(_bytes.AsSpan(_used));
            }
            else
            {
                length = reader.ValueSpan.Length;
                reader.ValueSpan.CopyTo(_bytes.AsSpan(_used));
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id) || id is < 0 or >= VocabularyBuilder.MaxIds)
            {
                throw new JsonException($"Entry {_count} of model.vocab has no id between 0 and {VocabularyBuilder.MaxIds - 1}.");
            }

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
    }
}

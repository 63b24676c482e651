using System.Text;
using System.Text.Json;

namespace ServerlessInference.Text.Tokenization.Internal;

internal sealed partial class TokenizerJson
{
    private byte[] _bytes = [];
    private int[] _places = [];
    private int _used;
    private int _count;
    private string? _unknown;
    private string _prefix = "##";
    private int _maxWord = 100;

    private void ReadModel(ref Utf8JsonReader reader, int fileLength)
    {
        JsonFile.ExpectObject(ref reader, "model");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "type" when reader.GetString() is var type && type != "WordPiece":
                    throw new JsonException(
                        $"The model is '{type}'; only 'WordPiece' is supported (BERT, DistilBERT, MiniLM, MPNet and their kin).");
                case "unk_token": _unknown = reader.GetString(); break;
                case "continuing_subword_prefix": _prefix = reader.GetString() ?? _prefix; break;
                case "max_input_chars_per_word": _maxWord = reader.GetInt32(); break;
                case "vocab": ReadVocabulary(ref reader, fileLength); break;
                default: reader.Skip(); break;
            }
        }
    }

    /// <summary>Copies the tokens into one block and notes where each lies: offset, length, id.</summary>
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
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id) || id < 0 || id >= VocabularyBuilder.MaxIds)
            {
                throw new JsonException($"Entry {_count} of model.vocab has no id from 0 to {VocabularyBuilder.MaxIds - 1}.");
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

    private Vocabulary BuildVocabulary()
    {
        if (_count == 0)
        {
            throw new JsonException("It holds no model.vocab.");
        }

        int highest = 0;
        for (int i = 0; i < _count; i++)
        {
            highest = Math.Max(highest, _places[(i * 3) + 2]);
        }

        // An id far beyond the number of tokens would make the tables large without need.
        if (highest > (_count * 4L) + 65536)
        {
            throw new JsonException($"model.vocab has {_count} tokens, but ids up to {highest}.");
        }

        var builder = new VocabularyBuilder(
            _bytes.AsSpan(0, _used + Vocabulary.Padding).ToArray(), Math.Max(_count, highest + 1), Encoding.UTF8.GetBytes(_prefix));
        builder.AddAll(_places.AsSpan(0, _count * 3));
        return builder.Build();
    }
}

using System.Text;

namespace ServerlessInference.Sessions;

/// <summary>
/// Reads a Python dictionary from int to str, or a list of str, in the form written by <c>repr</c>. Ultralytics and older versions of
/// YOLOv5 store class names in the ONNX metadata in this form.
/// </summary>
internal ref struct PythonDictionary
{
    private readonly ReadOnlySpan<char> _text;
    private readonly string _where;
    private int _position;

    private PythonDictionary(string text, string where)
    {
        _text = text;
        _where = where;
    }

    public static IReadOnlyList<string> Parse(string text, string where) => new PythonDictionary(text, where).Read();

    private IReadOnlyList<string> Read()
    {
        if (TryTake('['))
        {
            return ReadList();
        }

        var byIndex = new SortedDictionary<int, string>();
        Expect('{');
        while (!TryTake('}'))
        {
            int index = ReadIndex();
            Expect(':');
            byIndex[index] = ReadString();
            if (!TryTake(','))
            {
                Expect('}');
                break;
            }
        }

        return ModelLabels.ToList(byIndex, _where);
    }

    private List<string> ReadList()
    {
        var names = new List<string>();
        while (!TryTake(']'))
        {
            names.Add(ReadString());
            if (!TryTake(','))
            {
                Expect(']');
                break;
            }
        }

        return names;
    }

    private int ReadIndex()
    {
        SkipSpace();
        int start = _position;
        while (_position < _text.Length && char.IsAsciiDigit(_text[_position]))
        {
            _position++;
        }

        return int.TryParse(_text[start.._position], out int index) ? index : throw Unexpected("an index");
    }

    private string ReadString()
    {
        SkipSpace();
        char quote = _position < _text.Length ? _text[_position] : '\0';
        if (quote is not ('\'' or '"'))
        {
            throw Unexpected("a quoted name");
        }

        _position++;
        var name = new StringBuilder();
        while (_position < _text.Length && _text[_position] != quote)
        {
            if (_text[_position] == '\\' && _position + 1 < _text.Length)
            {
                _position++;
                name.Append(_text[_position] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', char other => other });
            }
            else
            {
                name.Append(_text[_position]);
            }

            _position++;
        }

        Expect(quote);
        return name.ToString();
    }

    private bool TryTake(char expected)
    {
        SkipSpace();
        if (_position < _text.Length && _text[_position] == expected)
        {
            _position++;
            return true;
        }

        return false;
    }

    private void Expect(char expected)
    {
        if (!TryTake(expected))
        {
            throw Unexpected($"'{expected}'");
        }
    }

    private void SkipSpace()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
        {
            _position++;
        }
    }

    private readonly ModelLoadException Unexpected(string expected) =>
        new($"The labels in {_where} are neither a dictionary from index to name nor a list of names: {expected} was expected at " +
            $"character {_position}.");
}

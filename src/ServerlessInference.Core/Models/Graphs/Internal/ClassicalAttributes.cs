using System.Globalization;
using System.Text;

namespace ServerlessInference.Models.Graphs;

/// <summary>Attributes of the operators for classical models (domain <c>ai.onnx.ml</c>) that say how to read their answers.</summary>
/// <remarks>Filled while the graph is read, and not changed afterwards.</remarks>
internal sealed class ClassicalAttributes
{
    private bool _isExpression;
    private bool _isAmbiguous;
    private List<string>? _current;
    private List<string>? _names;

    /// <summary>Gets the names of the classes of the model's classifier (<c>classlabels_strings</c>, <c>classlabels_ints</c>, …);
    /// <see langword="null"/> if there is none, or if several classifiers have different ones.</summary>
    public IReadOnlyList<string>? ClassNames => _isAmbiguous ? null : _names;

    /// <summary>Gets a value indicating whether the operator <c>Tokenizer</c> finds words by an expression that knows only the letters of
    /// English, such as <c>[a-zA-Z0-9_]+</c>.</summary>
    public bool DropsOtherLetters { get; private set; }

    /// <summary>Begins an attribute.</summary>
    /// <param name="name">Its name, in UTF-8.</param>
    /// <returns>Whether its values are of interest.</returns>
    public bool Begin(ReadOnlySpan<byte> name)
    {
        _isExpression = name.SequenceEqual("tokenexp"u8);
        _current = name.StartsWith("classlabels_"u8) ? [] : null;
        return _isExpression || _current is not null;
    }

    /// <summary>Adds a text to the attribute.</summary>
    public void Add(byte[] text)
    {
        _current?.Add(Encoding.UTF8.GetString(text));
        DropsOtherLetters |= _isExpression && text.AsSpan().IndexOf("a-zA-Z"u8) >= 0;
    }

    /// <summary>Adds a whole number to the attribute.</summary>
    public void Add(long number) => _current?.Add(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Ends the attribute.</summary>
    public void End()
    {
        if (_current is { Count: > 0 } names)
        {
            _isAmbiguous |= _names is not null && !_names.SequenceEqual(names);
            _names = names;
        }
    }
}

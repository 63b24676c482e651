using System.Text.Json;

namespace ServerlessInference.Tensors;

/// <summary>Reads nested JSON arrays in one pass: their elements in row-major order, and the shape that they form.</summary>
internal sealed class NestedArrays(ElementJson elements, string name)
{
    // The length of each axis, or -1 until the first array of that axis has ended. The rank is known when the first element is read.
    private readonly List<long> _lengths = [];
    private int _rank = -1;

    /// <summary>Gets the shape; empty for a single value.</summary>
    public long[] Shape => [.. _lengths];

    /// <summary>Reads the value at the position of the reader, with everything that is nested in it.</summary>
    /// <exception cref="InvalidInputException">The arrays do not form a tensor.</exception>
    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            _rank = 0;
            elements.Append(ref reader);
            return;
        }

        // How many items each open array has so far. The depth is limited by the reader.
        var counts = new Stack<long>();
        do
        {
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                Close(counts.Count - 1, counts.Pop());
                continue;
            }

            if (counts.TryPop(out long count))
            {
                counts.Push(count + 1);
            }

            if (reader.TokenType == JsonTokenType.StartArray)
            {
                Open(counts.Count);
                counts.Push(0);
            }
            else
            {
                AppendElement(ref reader, counts.Count);
            }
        }
        while (counts.Count > 0 && reader.Read());
    }

    private void Open(int depth)
    {
        if (_rank >= 0 && depth >= _rank)
        {
            throw CreateDepthException();
        }

        if (depth == _lengths.Count)
        {
            _lengths.Add(-1);
        }
    }

    private void AppendElement(ref Utf8JsonReader reader, int depth)
    {
        if (_rank < 0)
        {
            _rank = depth;
        }

        if (depth != _rank || depth != _lengths.Count)
        {
            throw CreateDepthException();
        }

        elements.Append(ref reader);
    }

    private void Close(int depth, long length)
    {
        if (_lengths[depth] >= 0 && _lengths[depth] != length)
        {
            throw new InvalidInputException($"The arrays of the input '{name}' have different lengths.");
        }

        _lengths[depth] = length;
    }

    private InvalidInputException CreateDepthException() =>
        new($"The arrays of the input '{name}' are not nested to the same depth.");
}

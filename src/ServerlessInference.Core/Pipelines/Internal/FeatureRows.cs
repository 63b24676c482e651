using System.Text.Json;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Reads rows of features from JSON. Immutable.</summary>
/// <param name="rows">The rows.</param>
/// <param name="isSingle">Whether the JSON was one row rather than an array of rows.</param>
internal sealed class FeatureRows(IReadOnlyList<ReadOnlyMemory<float>> rows, bool isSingle)
{
    /// <summary>
    /// The maximum number of rows in one input. Two bytes of JSON are enough for a row, so that a large event could otherwise cause
    /// millions of results.
    /// </summary>
    private const int MaxRows = 10_000;

    public IReadOnlyList<ReadOnlyMemory<float>> Rows => rows;

    public bool IsSingle => isSingle;

    /// <summary>Gets whether JSON is an object, so that the names of the features are needed to read it.</summary>
    public static bool NeedsNames(ReadOnlySpan<byte> json) => SkipMark(json).TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    /// <summary>Reads <c>[5.1,3.5]</c>, <c>[[5.1,3.5],[4.9,3.0]]</c> or, with names, <c>{"length":5.1,"width":3.5}</c>.</summary>
    /// <param name="json">The JSON, in UTF-8.</param>
    /// <param name="inputs">The inputs that the model declares; needed for an object only.</param>
    /// <exception cref="InvalidInputException">The JSON has another form.</exception>
    public static FeatureRows Read(ReadOnlySpan<byte> json, IReadOnlyList<ValueDescription>? inputs)
    {
        var reader = new Utf8JsonReader(SkipMark(json));
        try
        {
            reader.Read();
            FeatureRows read = reader.TokenType switch
            {
                JsonTokenType.StartArray => ReadArray(ref reader),
                JsonTokenType.StartObject => new FeatureRows([ReadObject(ref reader, inputs ?? [])], isSingle: true),
                _ => throw CreateFormException(),
            };

            // The reader throws if anything follows.
            reader.Read();
            return read;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidInputException($"The input is not a row of features in JSON: {exception.Message}", exception);
        }
    }

    private static ReadOnlySpan<byte> SkipMark(ReadOnlySpan<byte> json) => json.StartsWith("\uFEFF"u8) ? json[3..] : json;

    private static FeatureRows ReadArray(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return new FeatureRows([ReadRow(ref reader)], isSingle: true);
        }

        var rows = new List<ReadOnlyMemory<float>>();
        while (reader.TokenType == JsonTokenType.StartArray)
        {
            if (rows.Count == MaxRows)
            {
                throw new InvalidInputException(
                    InvalidInputKind.TooLarge, $"The input has more than {MaxRows:N0} rows. Split it into several requests.");
            }

            reader.Read();
            rows.Add(ReadRow(ref reader));
            reader.Read();
        }

        return reader.TokenType == JsonTokenType.EndArray ? new FeatureRows(rows, isSingle: false) : throw CreateFormException();
    }

    /// <summary>Reads numbers up to the end of their array.</summary>
    private static float[] ReadRow(ref Utf8JsonReader reader)
    {
        var row = new List<float>();
        while (reader.TokenType != JsonTokenType.EndArray)
        {
            row.Add(JsonNumbers.ReadSingle(ref reader));
            reader.Read();
        }

        return [.. row];
    }

    private static float[] ReadObject(ref Utf8JsonReader reader, IReadOnlyList<ValueDescription> inputs)
    {
        if (inputs.Count < 2)
        {
            throw new InvalidInputException(
                InvalidInputKind.Unprocessable, "The model does not name its features. Send them as an array of numbers.");
        }

        var row = new float[inputs.Count];
        var given = new bool[inputs.Count];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int index = FindFeature(ref reader, inputs);
            reader.Read();
            row[index] = JsonNumbers.ReadSingle(ref reader);
            given[index] = true;
        }

        int missing = Array.IndexOf(given, false);
        return missing < 0 ? row : throw new InvalidInputException(
            InvalidInputKind.Unprocessable, $"The feature '{inputs[missing].Name}' is missing. {DescribeFeatures(inputs)}");
    }

    private static int FindFeature(ref Utf8JsonReader reader, IReadOnlyList<ValueDescription> inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            if (reader.ValueTextEquals(inputs[i].Name))
            {
                return i;
            }
        }

        throw new InvalidInputException(
            InvalidInputKind.Unprocessable, $"The model has no feature '{reader.GetString()}'. {DescribeFeatures(inputs)}");
    }

    private static string DescribeFeatures(IReadOnlyList<ValueDescription> inputs) =>
        $"The features are {string.Join(", ", inputs.Select(input => $"'{input.Name}'"))}.";

    private static InvalidInputException CreateFormException() => new(
        "The input is neither a row of numbers, such as [5.1,3.5], nor an array of rows, nor an object with the names of the features.");
}

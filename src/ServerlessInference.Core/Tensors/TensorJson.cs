using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tensors;

/// <summary>Reads and writes named tensors as JSON: the format of models that have no pipeline of their own.</summary>
/// <remarks>
/// <para>A set of values is an object by the names of the model's inputs or outputs.</para>
/// <para>An input tensor is given as nested arrays (<c>[[1,2],[3,4]]</c>), as a single value, or as
/// <c>{"shape":[2,2],"data":[1,2,3,4]}</c>, whose data may be flat or nested. Its element type is the one that the model declares.</para>
/// <para>An output tensor is written as <c>{"dtype":"float32","shape":[2,2],"data":[1,2,3,4]}</c> with flat data, a sequence as an array,
/// and a map as an object from label to number. In both directions infinities and NaN are the strings <c>"Infinity"</c>, <c>"-Infinity"</c>
/// and <c>"NaN"</c>, because JSON has no such numbers; a missing number may also be given as <c>null</c>. A bool may be given as 0 or 1,
/// and a whole number as <c>1.0</c>.</para>
/// <para>Thread-safe. The JSON is read in one pass and is never held as a document.</para>
/// </remarks>
/// <example>
/// <code>
/// NamedValues inputs = TensorJson.Read("""{"x":[[5.1,3.5,1.4,0.2]]}"""u8, lease.Model.Description.Inputs);
/// </code>
/// </example>
public static class TensorJson
{
    /// <summary>Reads values by name.</summary>
    /// <param name="json">A JSON object in UTF-8.</param>
    /// <param name="inputs">The inputs that the model declares.</param>
    /// <returns>A tensor per member of the object. An input that is missing in the JSON is missing here.</returns>
    /// <exception cref="InvalidInputException">
    /// The JSON is malformed, has a member that is not an input, or has a value that does not fit the input's element type.
    /// </exception>
    public static NamedValues Read(ReadOnlySpan<byte> json, IReadOnlyList<ValueDescription> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var reader = new Utf8JsonReader(json.StartsWith("\uFEFF"u8) ? json[3..] : json);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidInputException(
                    $"The input is a JSON {GetKind(reader.TokenType)}; an object with the names of the model's inputs was expected: " +
                    $"{string.Join(", ", inputs)}.");
            }

            var values = new NamedValues();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                ValueDescription input = Find(inputs, name);
                reader.Read();
                if (!values.TryAdd(name, ReadTensor(ref reader, input)))
                {
                    throw new InvalidInputException($"The input '{name}' is given twice.");
                }
            }

            // The reader throws if anything follows the object.
            reader.Read();
            return values;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader throws an InvalidOperationException for a name that is not valid UTF-8.
            throw new InvalidInputException($"The input is not valid JSON: {exception.Message}", exception);
        }
    }

    /// <summary>Writes values as an object by their names.</summary>
    /// <param name="writer">Receives the object.</param>
    /// <param name="values">The values.</param>
    /// <exception cref="ModelContractException">A value is of a type that cannot be written.</exception>
    public static void Write(Utf8JsonWriter writer, NamedValues values)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        writer.WriteStartObject();
        foreach ((string name, InferenceValue value) in values)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes a value.</summary>
    /// <param name="writer">Receives the value.</param>
    /// <param name="value">A tensor, a sequence or a map.</param>
    /// <exception cref="ModelContractException">The value is of a type that cannot be written.</exception>
    public static void Write(Utf8JsonWriter writer, InferenceValue value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (value)
        {
            case TensorValue tensor:
                WriteTensor(writer, tensor);
                break;
            case SequenceValue sequence:
                writer.WriteStartArray();
                foreach (InferenceValue item in sequence.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case MapValue map:
                WriteMap(writer, map);
                break;
            default:
                throw new ModelContractException($"A value of the type {value?.GetType().Name ?? "null"} cannot be written as JSON.");
        }
    }

    private static ValueDescription Find(IReadOnlyList<ValueDescription> inputs, string name)
    {
        foreach (ValueDescription input in inputs)
        {
            if (input.Name == name)
            {
                return input;
            }
        }

        throw new InvalidInputException($"The model has no input '{name}'. Its inputs are {string.Join(", ", inputs)}.");
    }

    private static TensorValue ReadTensor(ref Utf8JsonReader reader, ValueDescription input)
    {
        ElementJson elements = (input.Kind == ValueKind.Tensor ? ElementTypes.GetJson(input.ElementType) : null)
            ?? throw new InvalidInputException($"The input {input} is of a type that cannot be given as JSON.");
        var data = new NestedArrays(elements, input.Name);
        try
        {
            long[]? shape = null;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                shape = ReadMembers(ref reader, input, data);
            }
            else
            {
                data.Read(ref reader);
            }

            return elements.ToTensor(shape ?? data.Shape);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new InvalidInputException($"The input {input} does not accept what was given: {exception.Message}", exception);
        }
    }

    /// <summary>Reads <c>{"dtype":…,"shape":…,"data":…}</c>. Only the data is required, and other members are skipped.</summary>
    /// <returns>The shape; <see langword="null"/> if it is not given.</returns>
    private static long[]? ReadMembers(ref Utf8JsonReader reader, ValueDescription input, NestedArrays data)
    {
        long[]? shape = null;
        bool hasData = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8) && !hasData)
            {
                reader.Read();
                data.Read(ref reader);
                hasData = true;
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                reader.Read();
                shape = ReadShape(ref reader);
            }
            else if (reader.ValueTextEquals("dtype"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String || !reader.ValueTextEquals(input.ElementTypeName))
                {
                    throw new FormatException($"its \"dtype\" is not {input.ElementTypeName}. Leave it out, or convert the data.");
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (!hasData)
        {
            throw new InvalidInputException(
                $"The input '{input.Name}' is an object without \"data\"; {{\"shape\":[…],\"data\":[…]}} or nested arrays were expected.");
        }

        return shape;
    }

    private static long[] ReadShape(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new FormatException($"its \"shape\" is a JSON {GetKind(reader.TokenType)}; an array of integers was expected.");
        }

        var axes = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            axes.Add(reader.GetInt64());
        }

        return [.. axes];
    }

    private static void WriteTensor(Utf8JsonWriter writer, TensorValue tensor)
    {
        ElementJson elements = GetJson(tensor);
        writer.WriteStartObject();
        writer.WriteString("dtype"u8, ElementTypes.GetName(tensor.ElementType));
        writer.WriteStartArray("shape"u8);
        foreach (long axis in tensor.Shape)
        {
            writer.WriteNumberValue(axis);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data"u8);
        for (int i = 0; i < tensor.Length; i++)
        {
            elements.Write(writer, tensor, i);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter writer, MapValue map)
    {
        ElementJson numbers = GetJson(map.Values);
        writer.WriteStartObject();
        for (int i = 0; i < map.Keys.Length; i++)
        {
            writer.WritePropertyName(map.Keys.ElementType == TensorElementType.String
                ? map.Keys.Elements<string>()[i]
                : map.Keys.Elements<long>()[i].ToString(CultureInfo.InvariantCulture));
            numbers.Write(writer, map.Values, i);
        }

        writer.WriteEndObject();
    }

    private static ElementJson GetJson(TensorValue tensor) => ElementTypes.GetJson(tensor.ElementType)
        ?? throw new ModelContractException($"Elements of {ElementTypes.GetName(tensor.ElementType)} cannot be written as JSON.");

    private static string GetKind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "array",
        JsonTokenType.StartObject => "object",
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "boolean",
        _ => "null",
    };
}

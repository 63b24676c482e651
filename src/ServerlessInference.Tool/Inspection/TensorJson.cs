using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Tool.Inspection;

/// <summary>
/// Values of a model as JSON: a tensor is <c>{"dtype","shape","data"}</c> with its data flat, or nested arrays where it is an input.
/// </summary>
internal static class TensorJson
{
    /// <summary>Reads an input: <c>{"shape":[…],"data":[…]}</c>, or nested arrays, or a single value.</summary>
    /// <exception cref="InvalidInputException">The value does not fit what the model declares.</exception>
    public static TensorValue Read(JsonElement element, ValueDescription input)
    {
        JsonElement data = element;
        var shape = new List<long>();
        if (element.ValueKind == JsonValueKind.Object)
        {
            if (!element.TryGetProperty("data", out data))
            {
                throw new InvalidInputException(
                    $"The input '{input.Name}' is an object without \"data\"; " +
                    "{\"shape\":[…],\"data\":[…]} or nested arrays were expected.");
            }

            if (element.TryGetProperty("shape", out JsonElement axes))
            {
                shape.AddRange(axes.EnumerateArray().Select(axis => axis.GetInt64()));
            }
        }

        var flat = new List<JsonElement>();
        var nested = new List<long>();
        Flatten(data, 0, flat, nested, input.Name);
        if (shape.Count == 0)
        {
            shape = nested;
        }

        try
        {
            return Create(input, flat, [.. shape]);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new InvalidInputException($"The input {input} cannot be made of what was given: {exception.Message}", exception);
        }
    }

    /// <summary>Writes an output.</summary>
    public static void Write(Utf8JsonWriter writer, InferenceValue value)
    {
        switch (value)
        {
            case TensorValue tensor:
                writer.WriteStartObject();
                writer.WriteString("dtype"u8, NameOf(tensor.ElementType));
                writer.WriteStartArray("shape"u8);
                foreach (long axis in tensor.Shape)
                {
                    writer.WriteNumberValue(axis);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("data"u8);
                for (int i = 0; i < tensor.Length; i++)
                {
                    WriteElement(writer, tensor, i);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
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
                writer.WriteStartObject();
                for (int i = 0; i < map.Keys.Length; i++)
                {
                    writer.WritePropertyName(map.Keys.ElementType == TensorElementType.String
                        ? map.Keys.Elements<string>()[i]
                        : map.Keys.Elements<long>()[i].ToString(CultureInfo.InvariantCulture));
                    WriteElement(writer, map.Values, i);
                }

                writer.WriteEndObject();
                break;
            default:
                throw new ModelContractException($"A value of the type {value.GetType().Name} cannot be written.");
        }
    }

    private static void Flatten(JsonElement element, int depth, List<JsonElement> flat, List<long> shape, string name)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            if (depth != shape.Count)
            {
                throw new InvalidInputException($"The arrays of the input '{name}' are not nested to the same depth.");
            }

            flat.Add(element);
            return;
        }

        int length = element.GetArrayLength();
        if (depth == shape.Count && flat.Count == 0)
        {
            shape.Add(length);
        }
        else if (depth >= shape.Count || shape[depth] != length)
        {
            throw new InvalidInputException($"The arrays of the input '{name}' are of different lengths.");
        }

        foreach (JsonElement item in element.EnumerateArray())
        {
            Flatten(item, depth + 1, flat, shape, name);
        }
    }

    private static TensorValue Create(ValueDescription input, List<JsonElement> data, long[] shape) => input.ElementType switch
    {
        TensorElementType.Float => TensorValue.Create([.. data.Select(ReadSingle)], shape),
        TensorElementType.Double => TensorValue.Create([.. data.Select(item => item.GetDouble())], shape),
        TensorElementType.Float16 => TensorValue.Create([.. data.Select(item => (Half)ReadSingle(item))], shape),
        TensorElementType.BFloat16 => TensorValue.Create([.. data.Select(item => (BFloat16)ReadSingle(item))], shape),
        TensorElementType.Bool => TensorValue.Create([.. data.Select(item => item.GetBoolean())], shape),
        TensorElementType.String => TensorValue.Create([.. data.Select(item => item.GetString() ?? string.Empty)], shape),
        TensorElementType.Int8 => TensorValue.Create([.. data.Select(item => item.GetSByte())], shape),
        TensorElementType.Int16 => TensorValue.Create([.. data.Select(item => item.GetInt16())], shape),
        TensorElementType.Int32 => TensorValue.Create([.. data.Select(item => item.GetInt32())], shape),
        TensorElementType.Int64 => TensorValue.Create([.. data.Select(item => item.GetInt64())], shape),
        TensorElementType.UInt8 => TensorValue.Create([.. data.Select(item => item.GetByte())], shape),
        TensorElementType.UInt16 => TensorValue.Create([.. data.Select(item => item.GetUInt16())], shape),
        TensorElementType.UInt32 => TensorValue.Create([.. data.Select(item => item.GetUInt32())], shape),
        TensorElementType.UInt64 => TensorValue.Create([.. data.Select(item => item.GetUInt64())], shape),
        _ => throw new InvalidInputException($"The input {input} is of a type that cannot be given as JSON."),
    };

    private static float ReadSingle(JsonElement item) => item.GetSingle();

    // JSON has no infinities and no NaN; they are written as strings, as JavaScript would name them.
    private static void WriteElement(Utf8JsonWriter writer, TensorValue tensor, int index)
    {
        switch (tensor.ElementType)
        {
            case TensorElementType.Float:
                WriteNumber(writer, tensor.Elements<float>()[index]);
                break;
            case TensorElementType.Float16:
                WriteNumber(writer, (float)tensor.Elements<Half>()[index]);
                break;
            case TensorElementType.BFloat16:
                WriteNumber(writer, (float)tensor.Elements<BFloat16>()[index]);
                break;
            case TensorElementType.Double:
                double number = tensor.Elements<double>()[index];
                if (double.IsFinite(number))
                {
                    writer.WriteNumberValue(number);
                }
                else
                {
                    writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                }

                break;
            case TensorElementType.String:
                writer.WriteStringValue(tensor.Elements<string>()[index]);
                break;
            case TensorElementType.Bool:
                writer.WriteBooleanValue(tensor.Elements<bool>()[index]);
                break;
            case TensorElementType.UInt64:
                writer.WriteNumberValue(tensor.Elements<ulong>()[index]);
                break;
            default:
                writer.WriteNumberValue(tensor.ElementType switch
                {
                    TensorElementType.Int8 => tensor.Elements<sbyte>()[index],
                    TensorElementType.Int16 => tensor.Elements<short>()[index],
                    TensorElementType.Int32 => tensor.Elements<int>()[index],
                    TensorElementType.Int64 => tensor.Elements<long>()[index],
                    TensorElementType.UInt8 => tensor.Elements<byte>()[index],
                    TensorElementType.UInt16 => tensor.Elements<ushort>()[index],
                    TensorElementType.UInt32 => tensor.Elements<uint>()[index],
                    _ => throw new ModelContractException($"Elements of {tensor.ElementType} cannot be written."),
                });
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, float number)
    {
        if (float.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string NameOf(TensorElementType type) => new ValueDescription(string.Empty, ValueKind.Tensor, type, []).ElementTypeName;
}

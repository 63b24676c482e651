using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tensors;

/// <summary>
/// The element types of ONNX tensors and the .NET types that hold them. The one place to change for another element type.
/// </summary>
/// <remarks>
/// A new type needs a row in <see cref="Table"/>, a line in <see cref="GetCode{T}"/> and a line in <see cref="GetJson"/>; a type of
/// floating-point numbers also a case in <see cref="ConvertToSingle"/>. Everything else reads the table.
/// </remarks>
internal static class ElementTypes
{
    private static readonly ElementType?[] Table = IndexByCode(
        new(TensorElementType.Float, "float32", sizeof(float), typeof(float[])),
        new(TensorElementType.Double, "float64", sizeof(double), typeof(double[])),
        new(TensorElementType.Float16, "float16", sizeof(ushort), typeof(Half[])),
        new(TensorElementType.BFloat16, "bfloat16", sizeof(ushort), typeof(BFloat16[])),
        new(TensorElementType.Bool, "bool", sizeof(bool), typeof(bool[])),
        new(TensorElementType.String, "string", 0, typeof(string[])),
        new(TensorElementType.Int8, "int8", sizeof(sbyte), typeof(sbyte[])),
        new(TensorElementType.Int16, "int16", sizeof(short), typeof(short[])),
        new(TensorElementType.Int32, "int32", sizeof(int), typeof(int[])),
        new(TensorElementType.Int64, "int64", sizeof(long), typeof(long[])),
        new(TensorElementType.UInt8, "uint8", sizeof(byte), typeof(byte[])),
        new(TensorElementType.UInt16, "uint16", sizeof(ushort), typeof(ushort[])),
        new(TensorElementType.UInt32, "uint32", sizeof(uint), typeof(uint[])),
        new(TensorElementType.UInt64, "uint64", sizeof(ulong), typeof(ulong[])));

    /// <summary>Gets the ONNX element type of a .NET type. Both <see cref="Half"/> and <see cref="Float16"/> are float16.</summary>
    /// <remarks>Comparisons rather than a look-up in the table: the compiler evaluates them, so that nothing is left at run time.</remarks>
    /// <exception cref="NotSupportedException">No tensor can hold elements of that type.</exception>
    public static TensorElementType GetCode<T>() =>
        typeof(T) == typeof(float) ? TensorElementType.Float :
        typeof(T) == typeof(byte) ? TensorElementType.UInt8 :
        typeof(T) == typeof(long) ? TensorElementType.Int64 :
        typeof(T) == typeof(int) ? TensorElementType.Int32 :
        typeof(T) == typeof(Half) || typeof(T) == typeof(Float16) ? TensorElementType.Float16 :
        typeof(T) == typeof(BFloat16) ? TensorElementType.BFloat16 :
        typeof(T) == typeof(double) ? TensorElementType.Double :
        typeof(T) == typeof(bool) ? TensorElementType.Bool :
        typeof(T) == typeof(string) ? TensorElementType.String :
        typeof(T) == typeof(sbyte) ? TensorElementType.Int8 :
        typeof(T) == typeof(short) ? TensorElementType.Int16 :
        typeof(T) == typeof(ushort) ? TensorElementType.UInt16 :
        typeof(T) == typeof(uint) ? TensorElementType.UInt32 :
        typeof(T) == typeof(ulong) ? TensorElementType.UInt64 :
        throw new NotSupportedException($"No ONNX tensor holds {typeof(T)}. Use float, double, Half, an integer, bool or string.");

    /// <summary>
    /// Creates the conversion of a type's elements from and to JSON; <see langword="null"/> if the type is not supported.
    /// </summary>
    public static ElementJson? GetJson(TensorElementType code) => code switch
    {
        TensorElementType.Float => new ElementJson<float>(JsonNumbers.ReadSingle, JsonNumbers.Write),
        TensorElementType.Double => new ElementJson<double>(JsonNumbers.ReadDouble, JsonNumbers.Write),
        TensorElementType.Float16 => new ElementJson<Half>(
            static (ref reader) => (Half)JsonNumbers.ReadSingle(ref reader),
            static (writer, value) => JsonNumbers.Write(writer, (float)value)),
        TensorElementType.BFloat16 => new ElementJson<BFloat16>(
            static (ref reader) => (BFloat16)JsonNumbers.ReadSingle(ref reader),
            static (writer, value) => JsonNumbers.Write(writer, (float)value)),
        TensorElementType.Bool => new ElementJson<bool>(
            JsonNumbers.ReadBoolean, static (writer, value) => writer.WriteBooleanValue(value)),
        TensorElementType.String => new ElementJson<string>(
            static (ref reader) => reader.GetString() ?? string.Empty, static (writer, value) => writer.WriteStringValue(value)),
        TensorElementType.Int8 => new ElementJson<sbyte>(
            static (ref reader) => Narrow<sbyte>(JsonNumbers.ReadInt64(ref reader)),
            static (writer, value) => writer.WriteNumberValue(value)),
        TensorElementType.Int16 => new ElementJson<short>(
            static (ref reader) => Narrow<short>(JsonNumbers.ReadInt64(ref reader)),
            static (writer, value) => writer.WriteNumberValue(value)),
        TensorElementType.Int32 => new ElementJson<int>(
            static (ref reader) => Narrow<int>(JsonNumbers.ReadInt64(ref reader)),
            static (writer, value) => writer.WriteNumberValue(value)),
        TensorElementType.Int64 => new ElementJson<long>(
            JsonNumbers.ReadInt64, static (writer, value) => writer.WriteNumberValue(value)),
        TensorElementType.UInt8 => new ElementJson<byte>(
            static (ref reader) => Narrow<byte>(JsonNumbers.ReadInt64(ref reader)),
            static (writer, value) => writer.WriteNumberValue(value)),
        TensorElementType.UInt16 => new ElementJson<ushort>(
            static (ref reader) => Narrow<ushort>(JsonNumbers.ReadInt64(ref reader)),
            static (writer, value) => writer.WriteNumberValue(value)),
        TensorElementType.UInt32 => new ElementJson<uint>(
            static (ref reader) => Narrow<uint>(JsonNumbers.ReadInt64(ref reader)),
            static (writer, value) => writer.WriteNumberValue(value)),
        TensorElementType.UInt64 => new ElementJson<ulong>(
            JsonNumbers.ReadUInt64, static (writer, value) => writer.WriteNumberValue(value)),
        _ => null,
    };

    /// <summary>Converts elements of a floating-point type other than float32 to float32.</summary>
    /// <param name="code">The type of the elements.</param>
    /// <param name="elements">The bytes of the elements, in the byte order of the machine.</param>
    /// <param name="singles">Receives the numbers, as many as there are elements.</param>
    /// <exception cref="NotSupportedException">The elements are not float16 or float64.</exception>
    public static void ConvertToSingle(TensorElementType code, ReadOnlySpan<byte> elements, Span<float> singles)
    {
        switch (code)
        {
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(elements), singles);
                break;
            case TensorElementType.Double:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(elements);
                for (int i = 0; i < singles.Length; i++)
                {
                    singles[i] = (float)doubles[i];
                }

                break;
            default:
                throw new NotSupportedException($"Elements of {GetName(code)} are not converted to float32.");
        }
    }

    /// <summary>Gets whether elements can be converted by <see cref="ConvertToSingle"/>.</summary>
    public static bool IsConvertedToSingle(TensorElementType code) => code is TensorElementType.Float16 or TensorElementType.Double;

    /// <summary>Gets the bytes of one element; 0 for strings.</summary>
    /// <exception cref="NotSupportedException">The type is not supported.</exception>
    public static int GetSize(TensorElementType code) =>
        Find(code)?.Size ?? throw new NotSupportedException($"Tensors of {GetName(code)} are not supported.");

    /// <summary>Gets whether the type is a supported type of numbers, or bool.</summary>
    public static bool IsNumber(TensorElementType code) => Find(code) is { Size: > 0 };

    /// <summary>Gets the usual name: float32, int64, string.</summary>
    public static string GetName(TensorElementType code) => Find(code)?.Name ?? code.ToString();

    /// <summary>Creates an array of elements; <see langword="null"/> if the type is not supported.</summary>
    public static Array? TryAllocate(TensorElementType code, int length) =>
        Find(code) is { } type ? Array.CreateInstanceFromArrayType(type.ArrayType, length) : null;

    /// <summary>Throws if a .NET type does not hold an element type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check<T>(TensorElementType code, string what)
    {
        if (GetCode<T>() != code)
        {
            ThrowMismatch<T>(code, what);
        }
    }

    /// <summary>Throws if a .NET type does not hold the element type of a model's input or output.</summary>
    /// <param name="code">The element type.</param>
    /// <param name="kind">Input or Output.</param>
    /// <param name="name">The name of the input or output.</param>
    /// <param name="model">The name of the model.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check<T>(TensorElementType code, string kind, string name, string model)
    {
        if (GetCode<T>() != code)
        {
            ThrowMismatch<T>(code, $"{kind} '{name}' of model '{model}'");
        }
    }

    private static T Narrow<T>(long number)
        where T : struct, IBinaryInteger<T>
    {
        var narrow = T.CreateTruncating(number);
        return long.CreateTruncating(narrow) == number ? narrow : throw new FormatException(
            $"{number} is not in the range of {typeof(T).Name}.");
    }

    private static ElementType? Find(TensorElementType code) => (uint)code < (uint)Table.Length ? Table[(int)code] : null;

    private static ElementType?[] IndexByCode(params ReadOnlySpan<ElementType> types)
    {
        var table = new ElementType?[(int)TensorElementType.DataTypeMax];
        foreach (ElementType type in types)
        {
            table[(int)type.Code] = type;
        }

        return table;
    }

    private static void ThrowMismatch<T>(TensorElementType code, string what) =>
        throw new ModelContractException($"{what} holds {GetName(code)}, not {GetName(GetCode<T>())}.");
}

using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tensors;

/// <summary>The element types of ONNX tensors and the .NET types that hold them.</summary>
internal static class ElementTypes
{
    /// <summary>Gives the ONNX element type of a .NET type; <see cref="Half"/> and <see cref="Float16"/> are both float16.</summary>
    public static TensorElementType Of<T>() =>
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

    /// <summary>Gives the bytes of one element; 0 for strings.</summary>
    public static int SizeOf(TensorElementType type) => type switch
    {
        TensorElementType.UInt8 or TensorElementType.Int8 or TensorElementType.Bool => 1,
        TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
        TensorElementType.Float or TensorElementType.Int32 or TensorElementType.UInt32 => 4,
        TensorElementType.Double or TensorElementType.Int64 or TensorElementType.UInt64 => 8,
        TensorElementType.String => 0,
        _ => throw new NotSupportedException($"Tensors of {Name(type)} are not supported."),
    };

    /// <summary>Tells whether a type is one of numbers (or bool) that tensors here can hold.</summary>
    public static bool IsNumeric(TensorElementType type) => type is
        TensorElementType.UInt8 or TensorElementType.Int8 or TensorElementType.Bool or
        TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.Float16 or TensorElementType.BFloat16 or
        TensorElementType.Float or TensorElementType.Int32 or TensorElementType.UInt32 or
        TensorElementType.Double or TensorElementType.Int64 or TensorElementType.UInt64;

    /// <summary>Gives the usual name: float32, int64, string.</summary>
    public static string Name(TensorElementType type) => type switch
    {
        TensorElementType.Float => "float32",
        TensorElementType.Double => "float64",
        TensorElementType.Float16 => "float16",
        TensorElementType.BFloat16 => "bfloat16",
        TensorElementType.Bool => "bool",
        TensorElementType.String => "string",
        TensorElementType.Int8 => "int8",
        TensorElementType.Int16 => "int16",
        TensorElementType.Int32 => "int32",
        TensorElementType.Int64 => "int64",
        TensorElementType.UInt8 => "uint8",
        TensorElementType.UInt16 => "uint16",
        TensorElementType.UInt32 => "uint32",
        TensorElementType.UInt64 => "uint64",
        _ => type.ToString(),
    };

    /// <summary>Throws where a .NET type does not hold an element type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check<T>(TensorElementType type, string what)
    {
        if (Of<T>() != type)
        {
            ThrowMismatch<T>(type, what);
        }
    }

    /// <summary>Throws where a .NET type does not hold the element type of a model's input or output.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="kind">Input or Output.</param>
    /// <param name="name">Its name.</param>
    /// <param name="model">The model's name.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check<T>(TensorElementType type, string kind, string name, string model)
    {
        if (Of<T>() != type)
        {
            ThrowMismatch<T>(type, $"{kind} '{name}' of model '{model}'");
        }
    }

    private static void ThrowMismatch<T>(TensorElementType type, string what) =>
        throw new ModelContractException($"{what} holds {Name(type)}, not {Name(Of<T>())}.");
}

using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tensors;

/// <summary>A row of the table in <see cref="ElementTypes"/>.</summary>
/// <param name="Code">The number that ONNX has for the type.</param>
/// <param name="Name">The usual name, such as <c>float32</c>.</param>
/// <param name="Size">The bytes of one element; 0 for strings.</param>
/// <param name="ArrayType">The .NET type of an array of such elements.</param>
internal sealed record ElementType(TensorElementType Code, string Name, int Size, Type ArrayType);

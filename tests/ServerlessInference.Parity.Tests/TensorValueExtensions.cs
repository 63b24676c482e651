using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Parity.Tests;

internal static class TensorValueExtensions
{
    public static bool ElementTypeIsFloat(this TensorValue tensor) => tensor.ElementType == TensorElementType.Float;
}

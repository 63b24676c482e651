using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Copies ONNX Runtime's values into managed memory.</summary>
internal static class OrtValueReader
{
    public static InferenceValue Read(OrtValue value, string name)
    {
        switch (value.OnnxType)
        {
            case OnnxValueType.ONNX_TYPE_TENSOR:
                return ReadTensor(value, name);
            case OnnxValueType.ONNX_TYPE_SEQUENCE:
                var items = new InferenceValue[value.GetValueCount()];
                for (int i = 0; i < items.Length; i++)
                {
                    using OrtValue item = value.GetValue(i, OrtAllocator.DefaultInstance);
                    items[i] = Read(item, name);
                }

                return new SequenceValue(items);
            case OnnxValueType.ONNX_TYPE_MAP:
                using (OrtValue keys = value.GetValue(0, OrtAllocator.DefaultInstance))
                using (OrtValue values = value.GetValue(1, OrtAllocator.DefaultInstance))
                {
                    return new MapValue(ReadTensor(keys, name), ReadTensor(values, name));
                }

            default:
                throw new ModelContractException($"Output '{name}' is of the kind {value.OnnxType}; tensors, sequences and maps can be read.");
        }
    }

    private static TensorValue ReadTensor(OrtValue value, string name)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        int count = TensorShape.Count(info.Shape);
        if (info.IsString)
        {
            return new TensorValue(TensorElementType.String, value.GetStringTensorAsArray(), count, info.Shape);
        }

        Array elements = Allocate(info.ElementDataType, count, name);
        var tensor = new TensorValue(info.ElementDataType, elements, count, info.Shape);
        if (count > 0)
        {
            value.GetTensorMutableRawData().CopyTo(tensor.Bytes());
        }

        return tensor;
    }

    private static Array Allocate(TensorElementType type, int count, string name) => type switch
    {
        TensorElementType.Float => new float[count],
        TensorElementType.Double => new double[count],
        TensorElementType.Float16 => new Half[count],
        TensorElementType.BFloat16 => new BFloat16[count],
        TensorElementType.Bool => new bool[count],
        TensorElementType.Int8 => new sbyte[count],
        TensorElementType.Int16 => new short[count],
        TensorElementType.Int32 => new int[count],
        TensorElementType.Int64 => new long[count],
        TensorElementType.UInt8 => new byte[count],
        TensorElementType.UInt16 => new ushort[count],
        TensorElementType.UInt32 => new uint[count],
        TensorElementType.UInt64 => new ulong[count],
        _ => throw new ModelContractException($"Output '{name}' holds {ElementTypes.Name(type)}, which is not supported."),
    };
}

using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>Copies values of ONNX Runtime to managed memory.</summary>
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
                throw new ModelContractException(
                    $"Output '{name}' is of the kind {value.OnnxType}; only tensors, sequences and maps can be read.");
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

        Array elements = ElementTypes.TryAllocate(info.ElementDataType, count) ?? throw new ModelContractException(
            $"Output '{name}' holds {ElementTypes.GetName(info.ElementDataType)}, which is not supported.");
        var tensor = new TensorValue(info.ElementDataType, elements, count, info.Shape);
        if (count > 0)
        {
            value.GetTensorMutableRawData().CopyTo(tensor.Bytes());
        }

        return tensor;
    }
}

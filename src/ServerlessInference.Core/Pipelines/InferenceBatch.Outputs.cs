using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <content>The output tensors.</content>
public sealed partial class InferenceBatch
{
    /// <summary>Reads an output tensor in place.</summary>
    /// <typeparam name="T">The element type that the model declares; not for strings, which <see cref="GetOutputValue"/> gives.</typeparam>
    /// <param name="name">The output's name.</param>
    /// <returns>The tensor, valid until the batch is given back.</returns>
    /// <exception cref="ModelContractException">The model has no such output, or it is no tensor of that type.</exception>
    public TensorView<T> GetOutput<T>(string name)
        where T : unmanaged => GetOutput<T>(OutputIndex(name));

    /// <summary>Reads an output tensor in place.</summary>
    /// <typeparam name="T">The element type that the model declares; not for strings, which <see cref="GetOutputValue"/> gives.</typeparam>
    /// <param name="index">The output's index in the model.</param>
    /// <returns>The tensor, valid until the batch is given back.</returns>
    /// <exception cref="ModelContractException">The model has no such output, or it is no tensor of that type.</exception>
    public TensorView<T> GetOutput<T>(int index)
        where T : unmanaged
    {
        ref OutputSlot slot = ref Output(index);
        string name = Model.Description.Outputs[index].Name;
        if (slot.Managed is TensorValue managed)
        {
            ElementTypes.Check<T>(managed.ElementType, "Output", name, Model.Identity.Name);
            return new TensorView<T>(managed.Elements<T>(), managed.Shape);
        }

        if (slot.Kept is { } kept)
        {
            ElementTypes.Check<T>(Model.Description.Outputs[index].ElementType, "Output", name, Model.Identity.Name);
            return new TensorView<T>(kept.Elements<T>(), kept.Shape);
        }

        if (slot.Native is not { IsTensor: true } native)
        {
            throw new ModelContractException($"Output {Model.Description.Outputs[index]} of model '{Model.Identity.Name}' is no tensor. Read it with GetOutputValue.");
        }

        OrtTensorTypeAndShapeInfo info = native.GetTensorTypeAndShape();
        ElementTypes.Check<T>(info.ElementDataType, "Output", name, Model.Identity.Name);
        Span<byte> bytes = info.ElementCount == 0 ? [] : native.GetTensorMutableRawData();
        return new TensorView<T>(
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(bytes)), checked((int)info.ElementCount)),
            info.Shape);
    }

    /// <summary>Reads an output of floating-point numbers as float32, converting float16 and float64.</summary>
    /// <param name="index">The output's index in the model.</param>
    /// <returns>The tensor, valid until the batch is given back.</returns>
    /// <exception cref="ModelContractException">The model has no such output, or it is no tensor of float16, float32 or float64.</exception>
    public TensorView<float> GetFloatOutput(int index)
    {
        ref OutputSlot slot = ref Output(index);
        TensorElementType type = slot.Managed is TensorValue managed ? managed.ElementType :
            slot.Kept is not null ? Model.Description.Outputs[index].ElementType :
            slot.Native is { IsTensor: true } native ? native.GetTensorTypeAndShape().ElementDataType : TensorElementType.DataTypeMax;
        switch (type)
        {
            case TensorElementType.Float16:
                TensorView<Half> halves = GetOutput<Half>(index);
                Span<float> fromHalves = Converted(ref slot, halves.Elements.Length);
                TensorPrimitives.ConvertToSingle(halves.Elements, fromHalves);
                return new TensorView<float>(fromHalves, halves.Shape);
            case TensorElementType.Double:
                TensorView<double> doubles = GetOutput<double>(index);
                Span<float> fromDoubles = Converted(ref slot, doubles.Elements.Length);
                for (int i = 0; i < fromDoubles.Length; i++)
                {
                    fromDoubles[i] = (float)doubles.Elements[i];
                }

                return new TensorView<float>(fromDoubles, doubles.Shape);
            default:
                return GetOutput<float>(index);
        }
    }

    /// <summary>Copies an output of any kind into managed memory.</summary>
    /// <param name="index">The output's index in the model.</param>
    /// <returns>A tensor, a sequence or a map.</returns>
    /// <exception cref="ModelContractException">The model has no such output, or it is of a kind that is not supported.</exception>
    public InferenceValue GetOutputValue(int index)
    {
        ref OutputSlot slot = ref Output(index);
        return slot.Managed ?? OrtValueReader.Read(slot.Native!, Model.Description.Outputs[index].Name);
    }

    /// <summary>Sets an output as if the model had given it, to test a postprocessor.</summary>
    /// <param name="name">The output's name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ModelContractException">The model has no such output.</exception>
    public void SetOutput(string name, InferenceValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _outputs[OutputIndex(name)].Managed = value;
    }

    private static Span<float> Converted(ref OutputSlot slot, int length)
    {
        if (slot.Converted is null || slot.Converted.Length < length)
        {
            slot.Converted = GC.AllocateUninitializedArray<float>(length);
        }

        return slot.Converted.AsSpan(0, length);
    }

    private int OutputIndex(string name)
    {
        int index = Model.Description.IndexOfOutput(name);
        return index >= 0 ? index : throw new ModelContractException(
            $"Model '{Model.Identity.Name}' has no output '{name}'. Its outputs are {string.Join(", ", Model.Description.Outputs)}.");
    }

    private ref OutputSlot Output(int index)
    {
        if ((uint)index >= (uint)_outputs.Length)
        {
            throw new ModelContractException($"Model '{Model.Identity.Name}' has {_outputs.Length} outputs; output {index} was asked for.");
        }

        if (_outputs[index].IsEmpty)
        {
            throw new InvalidOperationException($"Output {Model.Description.Outputs[index]} is empty: the model '{Model.Identity.Name}' has not run on this batch.");
        }

        return ref _outputs[index];
    }
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <content>The input tensors.</content>
public sealed partial class InferenceBatch
{
    /// <summary>Gives the memory of an input tensor, to be filled. It may hold what an earlier request left there.</summary>
    /// <typeparam name="T">The element type that the model declares: <see cref="float"/>, <see cref="Half"/>, <see cref="long"/>, <see cref="byte"/> and so on.</typeparam>
    /// <param name="name">The input's name.</param>
    /// <param name="shape">The axes; they must fit the declared ones.</param>
    /// <returns>The elements in row-major order, 64-byte aligned.</returns>
    /// <exception cref="ModelContractException">The model has no such input, or declares another type, rank or fixed axis.</exception>
    public Span<T> CreateInput<T>(string name, params scoped ReadOnlySpan<long> shape)
        where T : unmanaged => CreateInput<T>(InputIndex(name), shape);

    /// <summary>Gives the memory of an input tensor, to be filled. It may hold what an earlier request left there.</summary>
    /// <typeparam name="T">The element type that the model declares: <see cref="float"/>, <see cref="Half"/>, <see cref="long"/>, <see cref="byte"/> and so on.</typeparam>
    /// <param name="index">The input's index in the model.</param>
    /// <param name="shape">The axes; they must fit the declared ones.</param>
    /// <returns>The elements in row-major order, 64-byte aligned.</returns>
    /// <exception cref="ModelContractException">The model has no such input, or declares another type, rank or fixed axis.</exception>
    public Span<T> CreateInput<T>(int index, params scoped ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ValueDescription input = CheckInput(index, shape);
        if (ElementTypes.Of<T>() != input.ElementType)
        {
            throw Mismatch(input, $"it was filled with {ElementTypes.Name(ElementTypes.Of<T>())}");
        }

        return _inputs[index].Fill<T>(input.ElementType, shape);
    }

    /// <summary>Gives the memory of an input tensor again, as <see cref="CreateInput{T}(int, ReadOnlySpan{long})"/> gave it.</summary>
    /// <typeparam name="T">The element type that the model declares.</typeparam>
    /// <param name="index">The input's index in the model.</param>
    /// <returns>The elements in row-major order.</returns>
    /// <exception cref="InvalidOperationException">The input was not created for this batch.</exception>
    /// <exception cref="ModelContractException">The model has no such input, or declares another type.</exception>
    public Span<T> GetInput<T>(int index)
        where T : unmanaged
    {
        if ((uint)index >= (uint)_inputs.Length)
        {
            throw new ModelContractException($"Model '{Model.Identity.Name}' has {_inputs.Length} inputs; input {index} was asked for.");
        }

        ValueDescription input = Model.Description.Inputs[index];
        ElementTypes.Check<T>(input.ElementType, "Input", input.Name, Model.Identity.Name);
        return _inputs[index].IsFilled
            ? _inputs[index].Elements<T>()
            : throw new InvalidOperationException($"The input {input} was not created for this batch. Call CreateInput first.");
    }

    /// <summary>Gives the elements of a string tensor, to be filled.</summary>
    /// <param name="name">The input's name.</param>
    /// <param name="shape">The axes; they must fit the declared ones.</param>
    /// <returns>The elements in row-major order.</returns>
    /// <exception cref="ModelContractException">The model has no such input, or declares another type, rank or fixed axis.</exception>
    public Span<string> CreateStringInput(string name, params scoped ReadOnlySpan<long> shape)
    {
        int index = InputIndex(name);
        ValueDescription input = CheckInput(index, shape);
        return input.ElementType == TensorElementType.String
            ? _inputs[index].FillStrings(shape)
            : throw Mismatch(input, "it was filled with string");
    }

    /// <summary>Sets an input from a value.</summary>
    /// <param name="name">The input's name.</param>
    /// <param name="value">A tensor; sequences and maps are no inputs.</param>
    /// <exception cref="ModelContractException">The model has no such input, or declares another kind, type, rank or fixed axis.</exception>
    public void SetInput(string name, InferenceValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int index = InputIndex(name);
        if (value is not TensorValue tensor)
        {
            throw Mismatch(Model.Description.Inputs[index], "only tensors can be given");
        }

        ValueDescription input = CheckInput(index, tensor.Shape);
        if (tensor.ElementType != input.ElementType)
        {
            throw Mismatch(input, $"a tensor of {ElementTypes.Name(tensor.ElementType)} was given");
        }

        if (tensor.ElementType == TensorElementType.String)
        {
            tensor.Elements<string>().CopyTo(_inputs[index].FillStrings(tensor.Shape));
        }
        else
        {
            tensor.Bytes().CopyTo(_inputs[index].FillBytes(input.ElementType, tensor.Shape));
        }
    }

    private int InputIndex(string name)
    {
        int index = Model.Description.IndexOfInput(name);
        return index >= 0 ? index : throw new ModelContractException(
            $"Model '{Model.Identity.Name}' has no input '{name}'. Its inputs are {string.Join(", ", Model.Description.Inputs)}.");
    }

    private ValueDescription CheckInput(int index, ReadOnlySpan<long> shape)
    {
        if ((uint)index >= (uint)_inputs.Length)
        {
            throw new ModelContractException($"Model '{Model.Identity.Name}' has {_inputs.Length} inputs; input {index} was filled.");
        }

        ValueDescription input = Model.Description.Inputs[index];
        ReadOnlySpan<long> declared = input.Shape;
        bool fits = input.Kind == ValueKind.Tensor && declared.Length == shape.Length;
        for (int i = 0; fits && i < declared.Length; i++)
        {
            fits = declared[i] < 0 || declared[i] == shape[i];
        }

        return fits ? input : throw Mismatch(input, $"it was filled with {TensorShape.Format(shape)}");
    }

    private ModelContractException Mismatch(ValueDescription input, string found) => new(
        $"Model '{Model.Identity.Name}' declares the input {input}; {found}. Change what fills the input, or export the model for it.");
}

using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>One run of a model: its input tensors, its output tensors, and what travels from pre- to postprocessing.</summary>
/// <remarks>
/// <para>Memory of inputs and state objects is kept from request to request, so that a steady-state request allocates nothing that
/// grows with its input.</para>
/// <para>Not thread-safe: it belongs to one request, whose stages may split its rows among threads. Spans of it are valid until the
/// pipeline gives the batch back.</para>
/// </remarks>
public sealed class InferenceBatch : IDisposable
{
    private readonly InputSlot[] _inputs;
    private readonly OutputSlot[] _outputs;
    private readonly Dictionary<Type, object> _states = [];
    private Exception?[] _failures = [];
    private InferenceBatch? _stateOwner;

    /// <summary>Creates a batch. Pipelines do this themselves; create one to test a pre- or postprocessor.</summary>
    /// <param name="model">The model it is for.</param>
    /// <param name="count">The number of inputs, at least 1.</param>
    public InferenceBatch(LoadedModel model, int count)
        : this(model)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Begin(count, count);
    }

    internal InferenceBatch(LoadedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        _inputs = new InputSlot[model.Description.Inputs.Count];
        for (int i = 0; i < _inputs.Length; i++)
        {
            _inputs[i] = new InputSlot();
        }

        _outputs = new OutputSlot[model.Description.Outputs.Count];
    }

    /// <summary>Gets the model.</summary>
    public LoadedModel Model { get; }

    /// <summary>Gets the number of inputs that this batch answers.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the length of the tensors' batch axis: <see cref="Count"/>, or more where the model's batch axis has a fixed length.</summary>
    public int Rows { get; private set; }

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
        ElementTypes.Check<T>(input.ElementType, $"Input '{input.Name}' of model '{Model.Identity.Name}'");
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
            ElementTypes.Check<T>(managed.ElementType, $"Output '{name}' of model '{Model.Identity.Name}'");
            return new TensorView<T>(managed.Elements<T>(), managed.Shape);
        }

        if (slot.Native is not { IsTensor: true } native)
        {
            throw new ModelContractException($"Output {Model.Description.Outputs[index]} of model '{Model.Identity.Name}' is no tensor. Read it with GetOutputValue.");
        }

        OrtTensorTypeAndShapeInfo info = native.GetTensorTypeAndShape();
        ElementTypes.Check<T>(info.ElementDataType, $"Output '{name}' of model '{Model.Identity.Name}'");
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

    /// <summary>Gets an object in which preprocessing leaves what postprocessing needs: scales, offsets, windows.</summary>
    /// <typeparam name="T">Its type, which should be the stage's own.</typeparam>
    /// <param name="factory">Creates it where the batch has none yet.</param>
    /// <returns>The object, which may hold what an earlier request left there.</returns>
    public T State<T>(Func<T> factory)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        Dictionary<Type, object> states = (_stateOwner ?? this)._states;
        if (states.TryGetValue(typeof(T), out object? existing))
        {
            return (T)existing;
        }

        T created = factory();
        states.Add(typeof(T), created);
        return created;
    }

    /// <summary>Marks an input as one that cannot be answered. The other inputs still are.</summary>
    /// <param name="item">Its index, below <see cref="Count"/>.</param>
    /// <param name="error">Why: an <see cref="InvalidInputException"/> where the sender is to blame.</param>
    public void Fail(int item, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)item, (uint)Count, nameof(item));
        (_stateOwner ?? this)._failures[item] ??= error;
    }

    /// <summary>Tells why an input cannot be answered.</summary>
    /// <param name="item">Its index, below <see cref="Count"/>.</param>
    /// <returns>The error, or <see langword="null"/>.</returns>
    public Exception? FailureOf(int item)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)item, (uint)Count, nameof(item));
        return (_stateOwner ?? this)._failures[item];
    }

    /// <summary>Gives the memory back. Only for batches that the caller created.</summary>
    public void Dispose()
    {
        Clear();
        foreach (InputSlot input in _inputs)
        {
            input.Dispose();
        }
    }

    internal bool AllFailed
    {
        get
        {
            for (int i = 0; i < Count; i++)
            {
                if (FailureOf(i) is null)
                {
                    return false;
                }
            }

            return true;
        }
    }

    internal void Begin(int count, int rows)
    {
        Count = count;
        Rows = rows;
        if (_failures.Length < count)
        {
            _failures = new Exception?[count];
        }
    }

    /// <summary>Continues another model's batch: shares its state and failures.</summary>
    internal void Continue(InferenceBatch previous)
    {
        Begin(previous.Count, previous.Rows);
        _stateOwner = previous._stateOwner ?? previous;
    }

    internal InputSlot Input(int index) => _inputs[index];

    internal void SetOutput(int index, OrtValue value) => _outputs[index].Native = value;

    internal OutputSlot PeekOutput(int index) => _outputs[index];

    internal void Clear()
    {
        foreach (InputSlot input in _inputs)
        {
            input.Clear();
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            _outputs[i].Native?.Dispose();
            _outputs[i].Native = null;
            _outputs[i].Managed = null;
        }

        Array.Clear(_failures);
        _stateOwner = null;
    }

    private static Span<float> Converted(ref OutputSlot slot, int length)
    {
        if (slot.Converted is null || slot.Converted.Length < length)
        {
            slot.Converted = GC.AllocateUninitializedArray<float>(length);
        }

        return slot.Converted.AsSpan(0, length);
    }

    private int InputIndex(string name)
    {
        int index = Model.Description.IndexOfInput(name);
        return index >= 0 ? index : throw new ModelContractException(
            $"Model '{Model.Identity.Name}' has no input '{name}'. Its inputs are {string.Join(", ", Model.Description.Inputs)}.");
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

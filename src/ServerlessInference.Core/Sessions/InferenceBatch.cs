using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>One run of a model: its input tensors, its output tensors, and the state that preprocessing passes to postprocessing.</summary>
/// <remarks>
/// <para>The memory of inputs, outputs and state objects is kept from request to request, so that in the steady state a request makes no
/// allocation that grows with its input.</para>
/// <para>Not thread-safe: a batch belongs to one request. The stages of the request may split its rows among threads. Spans of a batch are
/// valid until the pipeline reuses it.</para>
/// </remarks>
public sealed class InferenceBatch : IDisposable
{
    private readonly TensorSlot[] _inputs;
    private readonly OutputSlot[] _outputs;
    private readonly Dictionary<Type, object> _states = [];
    private Exception?[] _failures = [];
    private InferenceBatch? _stateOwner;
    private SessionBuffers? _buffers;

    /// <summary>Creates a batch for a test of a preprocessor or postprocessor. Pipelines create batches themselves.</summary>
    /// <param name="model">The model.</param>
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
        _inputs = new TensorSlot[model.Description.Inputs.Count];
        for (int i = 0; i < _inputs.Length; i++)
        {
            _inputs[i] = new TensorSlot();
        }

        _outputs = new OutputSlot[model.Description.Outputs.Count];
    }

    /// <summary>Gets the model.</summary>
    public LoadedModel Model { get; }

    /// <summary>Gets the number of inputs that this batch answers.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Gets the length of the batch axis of the tensors: <see cref="Count"/>, or more if the model has a fixed batch axis.
    /// </summary>
    public int Rows { get; private set; }

    /// <summary>Gets what the session keeps in this batch from run to run.</summary>
    internal SessionBuffers Buffers => _buffers ??= new SessionBuffers(_inputs.Length, _outputs.Length);

    internal bool AllFailed
    {
        get
        {
            for (int i = 0; i < Count; i++)
            {
                if (GetFailure(i) is null)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Gets an object in which preprocessing stores what postprocessing needs: scales, offsets, windows.</summary>
    /// <typeparam name="T">The type of the object. Use a type of your own stage, because each type exists once per batch.</typeparam>
    /// <param name="factory">Creates the object if the batch does not have one yet.</param>
    /// <returns>The object. It may contain what an earlier request stored there.</returns>
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

    /// <summary>Marks an input as one that cannot be answered. The other inputs are still answered.</summary>
    /// <param name="item">The index of the input, below <see cref="Count"/>.</param>
    /// <param name="error">The reason: an <see cref="InvalidInputException"/> if the sender has to change the input.</param>
    public void Fail(int item, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)item, (uint)Count, nameof(item));
        (_stateOwner ?? this)._failures[item] ??= error;
    }

    /// <summary>Gets the reason why an input cannot be answered.</summary>
    /// <param name="item">The index of the input, below <see cref="Count"/>.</param>
    /// <returns>The error; <see langword="null"/> if the input has not failed.</returns>
    public Exception? GetFailure(int item)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)item, (uint)Count, nameof(item));
        return (_stateOwner ?? this)._failures[item];
    }

    /// <summary>Provides the memory of an input tensor, to be filled. It may contain what an earlier request left there.</summary>
    /// <typeparam name="T">
    /// The element type that the model declares: <see cref="float"/>, <see cref="Half"/>, <see cref="long"/>, <see cref="byte"/> and so on.
    /// </typeparam>
    /// <param name="name">The name of the input.</param>
    /// <param name="shape">The axes. They must match those that the model declares.</param>
    /// <returns>The elements in row-major order, aligned to 64 bytes.</returns>
    /// <exception cref="ModelContractException">The model has no such input, or declares another type, rank or fixed axis.</exception>
    public Span<T> CreateInput<T>(string name, params scoped ReadOnlySpan<long> shape)
        where T : unmanaged => CreateInput<T>(GetInputIndex(name), shape);

    /// <summary>Provides the memory of an input tensor, to be filled. It may contain what an earlier request left there.</summary>
    /// <typeparam name="T">
    /// The element type that the model declares: <see cref="float"/>, <see cref="Half"/>, <see cref="long"/>, <see cref="byte"/> and so on.
    /// </typeparam>
    /// <param name="index">The index of the input in the model.</param>
    /// <param name="shape">The axes. They must match those that the model declares.</param>
    /// <returns>The elements in row-major order, aligned to 64 bytes.</returns>
    /// <exception cref="ModelContractException">The model has no such input, or declares another type, rank or fixed axis.</exception>
    public Span<T> CreateInput<T>(int index, params scoped ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ValueDescription input = CheckInput(index, shape);
        if (ElementTypes.GetCode<T>() != input.ElementType)
        {
            throw CreateMismatchException(input, $"it was filled with {ElementTypes.GetName(ElementTypes.GetCode<T>())}");
        }

        return _inputs[index].Fill<T>(input.ElementType, shape);
    }

    /// <summary>
    /// Gets the memory of an input tensor that <see cref="CreateInput{T}(int, ReadOnlySpan{long})"/> has provided before.
    /// </summary>
    /// <typeparam name="T">The element type that the model declares.</typeparam>
    /// <param name="index">The index of the input in the model.</param>
    /// <returns>The elements in row-major order.</returns>
    /// <exception cref="InvalidOperationException">The input was not created for this batch.</exception>
    /// <exception cref="ModelContractException">The model has no such input, or declares another type.</exception>
    public Span<T> GetInput<T>(int index)
        where T : unmanaged
    {
        if ((uint)index >= (uint)_inputs.Length)
        {
            throw new ModelContractException(
                $"Model '{Model.Identity.Name}' has {_inputs.Length} inputs; input {index} was requested.");
        }

        ValueDescription input = Model.Description.Inputs[index];
        ElementTypes.Check<T>(input.ElementType, "Input", input.Name, Model.Identity.Name);
        return _inputs[index].IsFilled
            ? _inputs[index].Elements<T>()
            : throw new InvalidOperationException($"The input {input} was not created for this batch. Call CreateInput first.");
    }

    /// <summary>Provides the elements of a string tensor, to be filled.</summary>
    /// <param name="name">The name of the input.</param>
    /// <param name="shape">The axes. They must match those that the model declares.</param>
    /// <returns>The elements in row-major order.</returns>
    /// <exception cref="ModelContractException">The model has no such input, or declares another type, rank or fixed axis.</exception>
    public Span<string> CreateStringInput(string name, params scoped ReadOnlySpan<long> shape)
    {
        int index = GetInputIndex(name);
        ValueDescription input = CheckInput(index, shape);
        return input.ElementType == TensorElementType.String
            ? _inputs[index].FillStrings(shape)
            : throw CreateMismatchException(input, "it was filled with string");
    }

    /// <summary>Sets an input from a value.</summary>
    /// <param name="name">The name of the input.</param>
    /// <param name="value">A tensor. Sequences and maps cannot be inputs.</param>
    /// <exception cref="ModelContractException">
    /// The model has no such input, or declares another kind, type, rank or fixed axis.
    /// </exception>
    public void SetInput(string name, InferenceValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int index = GetInputIndex(name);
        if (value is not TensorValue tensor)
        {
            throw CreateMismatchException(Model.Description.Inputs[index], "only tensors can be inputs");
        }

        ValueDescription input = CheckInput(index, tensor.Shape);
        if (tensor.ElementType != input.ElementType)
        {
            throw CreateMismatchException(input, $"a tensor of {ElementTypes.GetName(tensor.ElementType)} was given");
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
    /// <typeparam name="T">
    /// The element type that the model declares. Strings cannot be read in place; use <see cref="GetOutputValue"/>.
    /// </typeparam>
    /// <param name="name">The name of the output.</param>
    /// <returns>The tensor, valid until the pipeline reuses the batch.</returns>
    /// <exception cref="ModelContractException">The model has no such output, or it is not a tensor of that type.</exception>
    public TensorView<T> GetOutput<T>(string name)
        where T : unmanaged => GetOutput<T>(GetOutputIndex(name));

    /// <summary>Reads an output tensor in place.</summary>
    /// <typeparam name="T">
    /// The element type that the model declares. Strings cannot be read in place; use <see cref="GetOutputValue"/>.
    /// </typeparam>
    /// <param name="index">The index of the output in the model.</param>
    /// <returns>The tensor, valid until the pipeline reuses the batch.</returns>
    /// <exception cref="ModelContractException">The model has no such output, or it is not a tensor of that type.</exception>
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
            throw new ModelContractException(
                $"Output {Model.Description.Outputs[index]} of model '{Model.Identity.Name}' is not a tensor. Read it with " +
                "GetOutputValue.");
        }

        OrtTensorTypeAndShapeInfo info = native.GetTensorTypeAndShape();
        ElementTypes.Check<T>(info.ElementDataType, "Output", name, Model.Identity.Name);
        Span<byte> bytes = info.ElementCount == 0 ? [] : native.GetTensorMutableRawData();
        return new TensorView<T>(
            MemoryMarshal.CreateReadOnlySpan(
                ref Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(bytes)), checked((int)info.ElementCount)),
            info.Shape);
    }

    /// <summary>Reads an output of floating-point numbers as float32. Float16 and float64 are converted.</summary>
    /// <param name="index">The index of the output in the model.</param>
    /// <returns>The tensor, valid until the pipeline reuses the batch.</returns>
    /// <exception cref="ModelContractException">
    /// The model has no such output, or it is not a tensor of float16, float32 or float64.
    /// </exception>
    public TensorView<float> GetFloatOutput(int index)
    {
        ref OutputSlot slot = ref Output(index);
        TensorElementType type = slot.Managed is TensorValue managed ? managed.ElementType :
            slot.Kept is not null ? Model.Description.Outputs[index].ElementType :
            slot.Native is { IsTensor: true } native ? native.GetTensorTypeAndShape().ElementDataType : TensorElementType.DataTypeMax;
        if (!ElementTypes.IsConvertedToSingle(type))
        {
            return GetOutput<float>(index);
        }

        ReadOnlySpan<byte> elements = GetOutputBytes(slot, out ReadOnlySpan<long> shape);
        Span<float> singles = GetConversionBuffer(ref slot, elements.Length / ElementTypes.GetSize(type));
        ElementTypes.ConvertToSingle(type, elements, singles);
        return new TensorView<float>(singles, shape);
    }

    /// <summary>Copies an output of any kind to managed memory.</summary>
    /// <param name="index">The index of the output in the model.</param>
    /// <returns>A tensor, a sequence or a map.</returns>
    /// <exception cref="ModelContractException">The model has no such output, or it is of a kind that is not supported.</exception>
    public InferenceValue GetOutputValue(int index)
    {
        ref OutputSlot slot = ref Output(index);
        return slot.Managed ?? OrtValueReader.Read(slot.Native!, Model.Description.Outputs[index].Name);
    }

    /// <summary>Sets an output as if the model had produced it, for a test of a postprocessor.</summary>
    /// <param name="name">The name of the output.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ModelContractException">The model has no such output.</exception>
    public void SetOutput(string name, InferenceValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _outputs[GetOutputIndex(name)].Managed = value;
    }

    /// <summary>Releases the memory. Only for batches that you have created yourself.</summary>
    public void Dispose()
    {
        Clear();
        foreach (TensorSlot input in _inputs)
        {
            input.Dispose();
        }

        _buffers?.Dispose();
        _buffers = null;
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

    /// <summary>Continues the batch of the model that ran before: both share their state and failures.</summary>
    internal void Continue(InferenceBatch previous)
    {
        Begin(previous.Count, previous.Rows);
        _stateOwner = previous._stateOwner ?? previous;
    }

    internal TensorSlot Input(int index) => _inputs[index];

    /// <summary>Sets an output. The batch disposes it.</summary>
    internal void SetOutput(int index, OrtValue value)
    {
        _outputs[index].Release();
        _outputs[index].Native = value;
    }

    /// <summary>Sets an output whose memory is kept for the next run.</summary>
    internal void SetOutput(int index, TensorSlot kept)
    {
        _outputs[index].Release();
        _outputs[index].Native = kept.GetValue(Model.Description.Outputs[index].ElementType);
        _outputs[index].Kept = kept;
    }

    internal OutputSlot PeekOutput(int index) => _outputs[index];

    internal void Clear()
    {
        foreach (TensorSlot input in _inputs)
        {
            input.Clear();
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            _outputs[i].Release();
            _outputs[i].Managed = null;
        }

        Array.Clear(_failures);
        _stateOwner = null;
    }

    /// <summary>Gets the elements of an output that is a tensor of numbers.</summary>
    private static ReadOnlySpan<byte> GetOutputBytes(OutputSlot slot, out ReadOnlySpan<long> shape)
    {
        if (slot.Managed is TensorValue managed)
        {
            shape = managed.Shape;
            return managed.Bytes();
        }

        if (slot.Kept is { } kept)
        {
            shape = kept.Shape;
            return kept.Bytes;
        }

        OrtTensorTypeAndShapeInfo info = slot.Native!.GetTensorTypeAndShape();
        shape = info.Shape;
        return info.ElementCount == 0 ? [] : slot.Native.GetTensorMutableRawData();
    }

    private static Span<float> GetConversionBuffer(ref OutputSlot slot, int length)
    {
        if (slot.Converted is null || slot.Converted.Length < length)
        {
            slot.Converted = GC.AllocateUninitializedArray<float>(length);
        }

        return slot.Converted.AsSpan(0, length);
    }

    private int GetInputIndex(string name)
    {
        int index = Model.Description.IndexOfInput(name);
        return index >= 0 ? index : throw new ModelContractException(
            $"Model '{Model.Identity.Name}' has no input '{name}'. Its inputs are {string.Join(", ", Model.Description.Inputs)}.");
    }

    private int GetOutputIndex(string name)
    {
        int index = Model.Description.IndexOfOutput(name);
        return index >= 0 ? index : throw new ModelContractException(
            $"Model '{Model.Identity.Name}' has no output '{name}'. Its outputs are {string.Join(", ", Model.Description.Outputs)}.");
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

        return fits ? input : throw CreateMismatchException(input, $"it was filled with {TensorShape.Format(shape)}");
    }

    private ref OutputSlot Output(int index)
    {
        if ((uint)index >= (uint)_outputs.Length)
        {
            throw new ModelContractException(
                $"Model '{Model.Identity.Name}' has {_outputs.Length} outputs; output {index} was requested.");
        }

        if (_outputs[index].IsEmpty)
        {
            throw new InvalidOperationException(
                $"Output {Model.Description.Outputs[index]} is empty: the model '{Model.Identity.Name}' has not run on this batch.");
        }

        return ref _outputs[index];
    }

    private ModelContractException CreateMismatchException(ValueDescription input, string found) => new(
        $"Model '{Model.Identity.Name}' declares the input {input}; {found}. Change the code that fills the input, or export the model " +
        "accordingly.");
}

using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>One run of a model: its input tensors, its output tensors, and what travels from pre- to postprocessing.</summary>
/// <remarks>
/// <para>Memory of inputs and state objects is kept from request to request, so that a steady-state request allocates nothing that
/// grows with its input.</para>
/// <para>Not thread-safe: it belongs to one request, whose stages may split its rows among threads. Spans of it are valid until the
/// pipeline gives the batch back.</para>
/// </remarks>
public sealed partial class InferenceBatch : IDisposable
{
    private readonly TensorSlot[] _inputs;
    private readonly OutputSlot[] _outputs;
    private readonly Dictionary<Type, object> _states = [];
    private Exception?[] _failures = [];
    private InferenceBatch? _stateOwner;
    private SessionBuffers? _buffers;

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

    /// <summary>Gets the length of the tensors' batch axis: <see cref="Count"/>, or more where the model's batch axis has a fixed length.</summary>
    public int Rows { get; private set; }

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
        foreach (TensorSlot input in _inputs)
        {
            input.Dispose();
        }

        _buffers?.Dispose();
        _buffers = null;
    }

    /// <summary>Gets what the session keeps in this batch from run to run.</summary>
    internal SessionBuffers Buffers => _buffers ??= new SessionBuffers(_inputs.Length, _outputs.Length);

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

    internal TensorSlot Input(int index) => _inputs[index];

    /// <summary>Sets an output that the batch disposes.</summary>
    internal void SetOutput(int index, OrtValue value)
    {
        _outputs[index].Release();
        _outputs[index].Native = value;
    }

    /// <summary>Sets an output in memory that is kept for the next run.</summary>
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
}

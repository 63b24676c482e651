using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Sessions;

/// <summary>
/// What a batch keeps from one run to the next: run options, bound inputs, and outputs in its own memory. Not thread-safe.
/// </summary>
internal sealed class SessionBuffers : IDisposable
{
    private readonly RunOptions _plain = new();
    private readonly TensorSlot[] _outputs;
    private readonly OrtValue?[] _boundInputs;
    private readonly OrtValue?[] _boundOutputs;
    private RunOptions? _shrinking;
    private OrtIoBinding? _binding;

    public SessionBuffers(int inputs, int outputs)
    {
        _boundInputs = new OrtValue?[inputs];
        _boundOutputs = new OrtValue?[outputs];
        _outputs = new TensorSlot[outputs];
        for (int i = 0; i < outputs; i++)
        {
            _outputs[i] = new TensorSlot();
        }

        Values = new OrtValue[inputs];
    }

    /// <summary>Gets the array that holds the inputs of a run. The session fills it.</summary>
    public OrtValue[] Values { get; }

    public TensorSlot Output(int index) => _outputs[index];

    /// <summary>Gets the options of a run.</summary>
    /// <param name="shrink">Whether memory of the arena that is no longer needed is released when the run ends.</param>
    public RunOptions GetOptions(bool shrink)
    {
        if (!shrink)
        {
            return _plain;
        }

        if (_shrinking is null)
        {
            _shrinking = new RunOptions();
            _shrinking.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        }

        return _shrinking;
    }

    /// <summary>Binds the inputs, and the memory for the outputs.</summary>
    /// <remarks>Bindings are kept: a name is bound again only if its shape, and therefore its value, has changed.</remarks>
    public OrtIoBinding Bind(InferenceSession session, ModelDescription model)
    {
        _binding ??= session.CreateIoBinding();
        for (int i = 0; i < Values.Length; i++)
        {
            if (_boundInputs[i] != Values[i])
            {
                _binding.BindInput(model.Inputs[i].Name, Values[i]);
                _boundInputs[i] = Values[i];
            }
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            OrtValue value = _outputs[i].GetValue(model.Outputs[i].ElementType);
            if (_boundOutputs[i] != value)
            {
                _binding.BindOutput(model.Outputs[i].Name, value);
                _boundOutputs[i] = value;
            }
        }

        return _binding;
    }

    public void Dispose()
    {
        _binding?.Dispose();
        _plain.Dispose();
        _shrinking?.Dispose();
        foreach (TensorSlot output in _outputs)
        {
            output.Dispose();
        }
    }
}

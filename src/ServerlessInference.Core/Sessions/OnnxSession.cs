using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>An ONNX Runtime session with its description. Thread-safe.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private volatile bool _disposed;

    public OnnxSession(InferenceSession session)
    {
        _session = session;
        Description = Describe(session);
        _inputNames = [.. Description.Inputs.Select(input => input.Name)];
        _outputNames = [.. Description.Outputs.Select(output => output.Name)];
    }

    public ModelDescription Description { get; }

    public void Run(InferenceBatch batch, ModelIdentity identity, CancellationToken cancellationToken)
    {
        // ONNX Runtime itself does not check; it would end the process.
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        var values = new OrtValue[_inputNames.Length];
        for (int i = 0; i < values.Length; i++)
        {
            InputSlot slot = batch.Input(i);
            if (!slot.IsFilled)
            {
                throw Unfilled(batch, identity);
            }

            values[i] = slot.GetValue(Description.Inputs[i].ElementType);
        }

        using var options = new RunOptions();
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((RunOptions)state!).Terminate = true, options);
        try
        {
            // The batch disposes the values one by one; the collection itself holds nothing else.
            IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, _inputNames, values, _outputNames);
            for (int i = 0; i < outputs.Count; i++)
            {
                batch.SetOutput(i, outputs[i]);
            }
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(exception, batch, identity);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _session.Dispose();
    }

    private ModelContractException Unfilled(InferenceBatch batch, ModelIdentity identity)
    {
        var unfilled = new List<string>();
        for (int i = 0; i < _inputNames.Length; i++)
        {
            if (!batch.Input(i).IsFilled)
            {
                unfilled.Add($"'{_inputNames[i]}'");
            }
        }

        return new ModelContractException(
            $"Nothing filled {string.Join(", ", unfilled)} of model '{identity.Name}'. Its inputs are {string.Join(", ", Description.Inputs)}.");
    }

    private InferenceException Explain(OnnxRuntimeException exception, InferenceBatch batch, ModelIdentity identity)
    {
        if (!exception.Message.StartsWith("[ErrorCode:InvalidArgument]", StringComparison.Ordinal))
        {
            return new InferenceException($"Running {identity} failed: {exception.Message}", exception);
        }

        var given = new List<string>();
        for (int i = 0; i < _inputNames.Length; i++)
        {
            given.Add($"'{_inputNames[i]}' {TensorShape.Format(batch.Input(i).Shape)}");
        }

        return new ModelContractException(
            $"{identity} does not take {string.Join(", ", given)}: {exception.Message} Its inputs are {string.Join(", ", Description.Inputs)}.", exception);
    }

    private static ModelDescription Describe(InferenceSession session)
    {
        ModelMetadata metadata = session.ModelMetadata;
        return new ModelDescription(
            [.. session.InputNames.Select(name => Describe(name, session.InputMetadata[name]))],
            [.. session.OutputNames.Select(name => Describe(name, session.OutputMetadata[name]))],
            metadata.CustomMetadataMap,
            metadata.ProducerName ?? string.Empty);
    }

    private static ValueDescription Describe(string name, NodeMetadata node) => node.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => new ValueDescription(
            name, ValueKind.Tensor, node.ElementDataType, [.. node.Dimensions.Select(axis => (long)axis)], node.SymbolicDimensions),
        OnnxValueType.ONNX_TYPE_SEQUENCE => new ValueDescription(name, ValueKind.Sequence, HeldBy(node.AsSequenceMetadata().ElementMeta), []),
        OnnxValueType.ONNX_TYPE_MAP => new ValueDescription(name, ValueKind.Map, HeldBy(node), []),
        _ => new ValueDescription(name, ValueKind.Other, TensorElementType.DataTypeMax, []),
    };

    private static TensorElementType HeldBy(NodeMetadata node) => node.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => node.ElementDataType,
        OnnxValueType.ONNX_TYPE_MAP => HeldBy(node.AsMapMetadata().ValueMetadata),
        OnnxValueType.ONNX_TYPE_SEQUENCE => HeldBy(node.AsSequenceMetadata().ElementMeta),
        _ => TensorElementType.DataTypeMax,
    };
}

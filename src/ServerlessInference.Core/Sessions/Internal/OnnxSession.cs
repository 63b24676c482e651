using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>An ONNX Runtime session and the description of its model. Thread-safe.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly IDisposable? _backing;
    private readonly ArenaShrinking? _shrinking;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private volatile OutputPlan? _plan;
    private volatile bool _disposed;

    /// <summary>Wraps a session.</summary>
    /// <param name="session">The session. It is disposed together with this object.</param>
    /// <param name="shrinkArena">Whether memory that only a large run needed is released.</param>
    /// <param name="backing">The memory that the session has mapped; disposed after the session.</param>
    public OnnxSession(InferenceSession session, bool shrinkArena = false, IDisposable? backing = null)
    {
        _session = session;
        _backing = backing;
        _shrinking = shrinkArena ? new ArenaShrinking() : null;
        Description = Describe(session);
        _inputNames = [.. Description.Inputs.Select(input => input.Name)];
        _outputNames = [.. Description.Outputs.Select(output => output.Name)];
        _plan = OutputPlan.Create(Description);
    }

    public ModelDescription Description { get; }

    /// <summary>Gets the file that the session was created from; <see langword="null"/> in tests of the session alone.</summary>
    public ModelFile? File { get; init; }

    public void Run(InferenceBatch batch, ModelIdentity identity, CancellationToken cancellationToken)
    {
        // ONNX Runtime does not check this itself; running a disposed session would crash the process.
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        SessionBuffers buffers = batch.Buffers;
        long size = 0;
        for (int i = 0; i < buffers.Values.Length; i++)
        {
            TensorSlot slot = batch.Input(i);
            if (!slot.IsFilled)
            {
                throw CreateUnfilledException(batch, identity);
            }

            buffers.Values[i] = slot.GetValue(Description.Inputs[i].ElementType);
            size += slot.Size;
        }

        RunOptions options = buffers.GetOptions(_shrinking?.Count(size) == true);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((RunOptions)state!).Terminate = true, options);
        try
        {
            Run(batch, buffers, options);
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw CreateRunException(exception, batch, identity);
        }
        finally
        {
            // Disposing waits for a cancellation callback that is running. Otherwise it could set the flag for the next run.
            registration.Dispose();
            options.Terminate = false;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _session.Dispose();
        _backing?.Dispose();
    }

    private void Run(InferenceBatch batch, SessionBuffers buffers, RunOptions options)
    {
        if (_plan is { } plan && TryPrepare(plan, batch, buffers))
        {
            try
            {
                _session.RunWithBinding(options, buffers.Bind(_session, Description));
                for (int i = 0; i < _outputNames.Length; i++)
                {
                    batch.SetOutput(i, buffers.Output(i));
                }

                return;
            }
            catch (OnnxRuntimeException) when (!options.Terminate)
            {
                // The shapes that the model declares for its outputs may be wrong. Without the plan the run can still succeed; if it does,
                // the plan is not used any more.
                RunUnbound(batch, buffers, options);
                _plan = null;
                return;
            }
        }

        RunUnbound(batch, buffers, options);
    }

    private void RunUnbound(InferenceBatch batch, SessionBuffers buffers, RunOptions options)
    {
        // The batch disposes the values one by one. The collection holds nothing else that would have to be disposed.
        IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, _inputNames, buffers.Values, _outputNames);
        for (int i = 0; i < outputs.Count; i++)
        {
            batch.SetOutput(i, outputs[i]);
        }
    }

    private bool TryPrepare(OutputPlan plan, InferenceBatch batch, SessionBuffers buffers)
    {
        const int MaxRank = 16;
        Span<long> shape = stackalloc long[MaxRank];
        for (int i = 0; i < plan.OutputCount; i++)
        {
            int rank = plan.GetRank(i);
            if (rank > MaxRank || !plan.TryGetShape(i, batch, shape))
            {
                return false;
            }

            buffers.Output(i).FillBytes(Description.Outputs[i].ElementType, shape[..rank]);
        }

        return true;
    }

    private ModelContractException CreateUnfilledException(InferenceBatch batch, ModelIdentity identity)
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
            $"The preprocessor did not fill {string.Join(", ", unfilled)} of model '{identity.Name}'. Its inputs are " +
            $"{string.Join(", ", Description.Inputs)}.");
    }

    private InferenceException CreateRunException(OnnxRuntimeException exception, InferenceBatch batch, ModelIdentity identity)
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
            $"{identity} does not accept {string.Join(", ", given)}: {exception.Message} Its inputs are " +
            $"{string.Join(", ", Description.Inputs)}.", exception);
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
        OnnxValueType.ONNX_TYPE_SEQUENCE => new ValueDescription(
            name, ValueKind.Sequence, GetElementType(node.AsSequenceMetadata().ElementMeta), []),
        OnnxValueType.ONNX_TYPE_MAP => new ValueDescription(name, ValueKind.Map, GetElementType(node), []),
        _ => new ValueDescription(name, ValueKind.Other, TensorElementType.DataTypeMax, []),
    };

    private static TensorElementType GetElementType(NodeMetadata node) => node.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => node.ElementDataType,
        OnnxValueType.ONNX_TYPE_MAP => GetElementType(node.AsMapMetadata().ValueMetadata),
        OnnxValueType.ONNX_TYPE_SEQUENCE => GetElementType(node.AsSequenceMetadata().ElementMeta),
        _ => TensorElementType.DataTypeMax,
    };
}

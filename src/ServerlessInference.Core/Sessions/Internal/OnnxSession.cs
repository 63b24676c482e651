using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>An ONNX Runtime session with its description. Thread-safe.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly IDisposable? _backing;
    private readonly ArenaShrinking? _shrinking;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private volatile OutputPlan? _plan;
    private volatile bool _disposed;

    /// <summary>Takes a session over.</summary>
    /// <param name="session">The session; disposed with this object.</param>
    /// <param name="shrinkArena">Whether memory that only a large run needed is given back.</param>
    /// <param name="backing">What the session's memory lies in, disposed after it.</param>
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

    public void Run(InferenceBatch batch, ModelIdentity identity, CancellationToken cancellationToken)
    {
        // ONNX Runtime itself does not check; it would end the process.
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        SessionBuffers buffers = batch.Buffers;
        long size = 0;
        for (int i = 0; i < buffers.Values.Length; i++)
        {
            TensorSlot slot = batch.Input(i);
            if (!slot.IsFilled)
            {
                throw Unfilled(batch, identity);
            }

            buffers.Values[i] = slot.GetValue(Description.Inputs[i].ElementType);
            size += slot.Size;
        }

        RunOptions options = buffers.Options(_shrinking?.Count(size) == true);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((RunOptions)state!).Terminate = true, options);
        try
        {
            Run(batch, buffers, options);
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(exception, batch, identity);
        }
        finally
        {
            // Waits for a cancellation that is under way, which would otherwise stop the next run.
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
                // What the model declares of its outputs may not be so: then it works without, and does so from now on.
                RunUnbound(batch, buffers, options);
                _plan = null;
                return;
            }
        }

        RunUnbound(batch, buffers, options);
    }

    private void RunUnbound(InferenceBatch batch, SessionBuffers buffers, RunOptions options)
    {
        // The batch disposes the values one by one; the collection itself holds nothing else.
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
            int rank = plan.RankOf(i);
            if (rank > MaxRank || !plan.TryGetShape(i, batch, shape))
            {
                return false;
            }

            buffers.Output(i).FillBytes(Description.Outputs[i].ElementType, shape[..rank]);
        }

        return true;
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

using System.Diagnostics;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>A preprocessor, one or more models in sequence, and a postprocessor. Thread-safe.</summary>
internal sealed class InferencePipeline<TInput, TOutput>
    : IInferencePipeline<TInput, TOutput>, IModelPipeline, IDryRunnable<TInput, TOutput>
{
    private readonly string _name;
    private readonly IReadOnlyList<PipelineStage> _stages;
    private readonly BatchLimit _limit;
    private readonly IReadOnlyDictionary<string, int> _warmupAxes;
    private readonly IModelRegistry _registry;
    private readonly IPreprocessor<TInput> _preprocessor;
    private readonly IPostprocessor<TOutput> _postprocessor;
    private readonly InferenceTelemetry _telemetry;
    private readonly RunGate _runs;
    private readonly TimeProvider _time;

    public InferencePipeline(
        string name,
        IReadOnlyList<PipelineStage> stages,
        BatchLimit limit,
        IReadOnlyDictionary<string, int> warmupAxes,
        IModelRegistry registry,
        IPreprocessor<TInput> preprocessor,
        IPostprocessor<TOutput> postprocessor,
        InferenceTelemetry telemetry,
        RunGate runs,
        TimeProvider time)
    {
        _name = name;
        _stages = stages;
        _limit = limit;
        _warmupAxes = warmupAxes;
        _registry = registry;
        _preprocessor = preprocessor;
        _postprocessor = postprocessor;
        _telemetry = telemetry;
        _runs = runs;
        _time = time;
    }

    public ReadOnlyMemory<byte> SampleInput => _preprocessor is IDryRunStage stage ? stage.SampleInput : default;

    // With models that run before this one, the preprocessor belongs to the first of them; StartAsync prepares it.
    public void PrepareFiles(ModelArtifact artifact)
    {
        if (_stages.Count == 0)
        {
            _preprocessor.PrepareFiles(artifact);
        }
    }

    public void Prepare(LoadedModel model)
    {
        if (_stages.Count == 0)
        {
            _preprocessor.Prepare(model);
        }

        _postprocessor.Prepare(model);
    }

    public async ValueTask<InferenceResult<TOutput>> RunAsync(TInput input, CancellationToken cancellationToken = default)
    {
        using var run = await StartAsync(1, null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunOneAsync(run, input, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (FailedInput.IsSuspected(exception))
        {
            if (await FailedInput.FindAsync(exception, run, WorksAsync, cancellationToken).ConfigureAwait(false) is { } invalid)
            {
                throw invalid;
            }

            throw;
        }
    }

    private async ValueTask<InferenceResult<TOutput>> RunOneAsync(PipelineRun run, TInput input, CancellationToken cancellationToken)
    {
        var inputs = new TInput[1] { input };
        var results = new InferenceResult<TOutput>[1];
        try
        {
            await RunChunkAsync(run, inputs, results, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _telemetry.Failed(_name, exception);
            throw;
        }

        // There are no other inputs that the error must not affect, so it is thrown: reading the value of a failed result throws.
        _ = results[0].Value;
        return results[0];
    }

    public ValueTask<IReadOnlyList<InferenceResult<TOutput>>> RunBatchAsync(
        IReadOnlyList<TInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return RunBatchAsync(inputs, null, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<InferenceResult<TOutput>>?> DryRunAsync(
        IReadOnlyList<TInput> inputs, CancellationToken cancellationToken)
    {
        if (_stages.Count > 0
            || _preprocessor is not IDryRunStage { Placeholders: { } modelInputs }
            || _postprocessor is not IDryRunStage { Placeholders: { } modelOutputs })
        {
            return null;
        }

        // The only reference of the placeholder belongs to the run, which releases it.
        var placeholder = LoadedModel.CreatePlaceholder(_name, modelInputs, modelOutputs);
        return await RunBatchAsync(inputs, placeholder, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<InferenceResult<TOutput>>> RunBatchAsync(
        IReadOnlyList<TInput> inputs, LoadedModel? placeholder, CancellationToken cancellationToken)
    {
        if (inputs.Count == 0)
        {
            return [];
        }

        var all = new TInput[inputs.Count];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = inputs[i];
        }

        using PipelineRun run = placeholder is null
            ? await StartAsync(all.Length, null, cancellationToken).ConfigureAwait(false)
            : new PipelineRun([new ModelLease(placeholder)]);
        var results = new InferenceResult<TOutput>[all.Length];
        int size = Math.Min(Math.Min(run.FixedRows ?? int.MaxValue, _limit.Get(run, all.Length)), _preprocessor.GetMaxBatchSize(run.First));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(IPreprocessor<TInput>.GetMaxBatchSize));
        SizeOrder? order = all.Length > size ? SizeOrder.Sort(all, _preprocessor.GetSize) : null;
        for (int start = 0; start < all.Length; start += size)
        {
            int count = Math.Min(size, all.Length - start);
            await RunIsolatedAsync(run, all.AsMemory(start, count), results.AsMemory(start, count), cancellationToken)
                .ConfigureAwait(false);
        }

        return order is null ? results : order.Restore(results);
    }

    /// <summary>
    /// Runs inputs together; if that fails, one by one, so that an input on which the model fails, or which needs too much memory, does
    /// not affect the others.
    /// </summary>
    private async ValueTask RunIsolatedAsync(
        PipelineRun run, ReadOnlyMemory<TInput> inputs, Memory<InferenceResult<TOutput>> results, CancellationToken cancellationToken)
    {
        try
        {
            await RunChunkAsync(run, inputs, results, cancellationToken).ConfigureAwait(false);
            return;
        }
        catch (Exception exception) when (exception is InferenceException or OutOfMemoryException)
        {
            if (inputs.Length == 1)
            {
                if (!run.Last.IsPlaceholder)
                {
                    _telemetry.Failed(_name, exception);
                }

                InvalidInputException? invalid = await FailedInput.FindAsync(exception, run, WorksAsync, cancellationToken)
                    .ConfigureAwait(false);
                results.Span[0] = InferenceResult.Failed<TOutput>(
                    invalid ?? exception, run.Last.Identity, new InferenceTimings { Waiting = run.Waiting });
                return;
            }

            if (exception is OutOfMemoryException)
            {
                run.ReleaseBatches();
            }
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            await RunIsolatedAsync(run, inputs.Slice(i, 1), results.Slice(i, 1), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<ModelIdentity> WarmUpAsync(LoadedModel? candidate, CancellationToken cancellationToken)
    {
        using var run = await StartAsync(0, candidate, cancellationToken).ConfigureAwait(false);
        if (_preprocessor.TryCreateWarmupInput(run.First, out TInput input))
        {
            await RunOneAsync(run, input, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            RunSynthetic(run, cancellationToken);
        }

        return run.Last.Identity;
    }

    private void RunSynthetic(PipelineRun run, CancellationToken cancellationToken)
    {
        using var batches = new BatchChain(run.Leases);
        batches.First.Begin(1, run.FixedRows ?? 1);
        SyntheticInput.Run(batches.First, _warmupAxes, () => batches.Run(_stages, cancellationToken));
        run.Last.CountRun();
    }

    /// <summary>Runs the models on the warm-up input, to find out whether they work at all.</summary>
    private async ValueTask<bool> WorksAsync(PipelineRun run, CancellationToken cancellationToken)
    {
        try
        {
            if (_preprocessor.TryCreateWarmupInput(run.First, out TInput input))
            {
                await RunOneAsync(run, input, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                RunSynthetic(run, cancellationToken);
            }

            return run.HasSucceeded;
        }
        catch (InferenceException)
        {
            // Nothing is lost: the caller reports the failure of its own input, which has the same cause.
            return false;
        }
    }

    private async ValueTask<PipelineRun> StartAsync(int inputs, LoadedModel? candidate, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        var leases = new ModelLease[_stages.Count + 1];
        var run = new PipelineRun(leases);
        try
        {
            for (int i = 0; i < _stages.Count; i++)
            {
                leases[i] = await LeaseAsync(leases.AsSpan(0, i), _stages[i].Model, cancellationToken).ConfigureAwait(false);
            }

            leases[^1] = candidate is null
                ? await _registry.AcquireAsync(_name, cancellationToken).ConfigureAwait(false)
                : ModelLease.Create(candidate);
            if (_stages.Count > 0)
            {
                _preprocessor.Prepare(run.First);
            }

            run.Waiting = _time.GetElapsedTime(start);
            return run;
        }
        catch (Exception exception)
        {
            run.Dispose();
            if (exception is not OperationCanceledException)
            {
                _telemetry.Failed(_name, exception, inputs);
            }

            throw;
        }
    }

    /// <summary>Leases a model. If the call already holds a lease on it, the new lease is on the same version.</summary>
    /// <remarks>
    /// Asking the registry again could wait forever: a replacement that unloads the model first waits for the lease that the call holds.
    /// </remarks>
    private ValueTask<ModelLease> LeaseAsync(ReadOnlySpan<ModelLease> held, string model, CancellationToken cancellationToken)
    {
        foreach (ModelLease lease in held)
        {
            if (lease.Model.Identity.Name == model)
            {
                return ValueTask.FromResult(ModelLease.Create(lease.Model));
            }
        }

        return _registry.AcquireAsync(model, cancellationToken);
    }

    private async ValueTask RunChunkAsync(
        PipelineRun run, ReadOnlyMemory<TInput> inputs, Memory<InferenceResult<TOutput>> results, CancellationToken cancellationToken)
    {
        ModelIdentity identity = run.Last.Identity;
        using Activity? activity = run.Last.IsPlaceholder ? null : _telemetry.Activities.StartActivity("inference");
        activity?.SetTag("model", identity.Name).SetTag("model.version", identity.Version).SetTag("model.source", identity.Source);
        using var batches = new BatchChain(run.Leases);
        batches.First.Begin(inputs.Length, run.FixedRows ?? inputs.Length);

        long start = _time.GetTimestamp();
        await _preprocessor.PreprocessAsync(inputs, batches.First, cancellationToken).ConfigureAwait(false);
        long preprocessed = _time.GetTimestamp();
        long ran = preprocessed, postprocessed = preprocessed;
        var outputs = new TOutput[inputs.Length];
        bool cold = false;
        bool didRun = !batches.First.AllFailed;
        if (didRun)
        {
            if (!_runs.TryEnter())
            {
                await _runs.EnterAsync(cancellationToken).ConfigureAwait(false);
            }

            InferenceBatch last;
            try
            {
                cold = run.Last.CountRun();
                last = batches.Run(_stages, cancellationToken);
            }
            finally
            {
                _runs.Exit();
            }

            ran = _time.GetTimestamp();
            await _postprocessor.PostprocessAsync(last, outputs, cancellationToken).ConfigureAwait(false);
            postprocessed = _time.GetTimestamp();
        }

        var timings = new InferenceTimings
        {
            IsCold = cold,
            Waiting = run.Waiting,
            SourceLoad = run.Last.LoadTimings.Source,
            SessionLoad = run.Last.LoadTimings.Session,
            Preprocessing = _time.GetElapsedTime(start, preprocessed),
            Inference = _time.GetElapsedTime(preprocessed, ran),
            Postprocessing = _time.GetElapsedTime(ran, postprocessed),
        };
        if (didRun && !run.Last.IsPlaceholder)
        {
            _telemetry.Ran(identity, inputs.Length, timings);
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            if (batches.First.GetFailure(i) is { } error)
            {
                results.Span[i] = InferenceResult.Failed<TOutput>(error, identity, timings);
                if (!run.Last.IsPlaceholder)
                {
                    _telemetry.Failed(identity.Name, error);
                }
            }
            else
            {
                results.Span[i] = new InferenceResult<TOutput>(outputs[i], identity, timings);
            }
        }
    }
}
